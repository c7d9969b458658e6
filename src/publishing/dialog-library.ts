import { type DialogFiles, dialogSetId } from '../bot/dialog-files.ts';
import type { DialogSet, DialogSets } from '../bot/published-bot.ts';
import { SwitchboardError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { insertOnce } from '../store/collection.ts';
import type { PublicationDoc } from '../store/dialog-set.ts';
import type { Store } from '../store/documents.ts';

export interface DialogLibraryParts {
  store: Pick<Store, 'dialogSets' | 'publications' | 'durable'>;
  /** The set of the folder that the process started with; its own when nothing was ever published. */
  first: { files: DialogFiles; set: DialogSet };
  /** Checks a set and makes it ready to run. Throws `dialogs_invalid`. */
  compile: (files: DialogFiles) => Promise<DialogSet>;
  /** What messages call the folders of a set that comes out of the store. */
  shownAs: DialogFiles['shownAs'];
  /** Told of each set that goes live here, before it does. */
  goesLive: (set: DialogSet) => Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** The sets of dialogs: the one that is live, and those that sessions in progress began with. */
export interface DialogLibrary extends DialogSets {
  /**
   * Makes the first set live, unless it was before and another one has followed it: then some other process has
   * published that one, and this process, which may be an older one that starts again, follows. `alone`: there is no
   * other process, so what lies in the folder is always what is meant.
   */
  start(alone: boolean): Promise<void>;
  /** Checks a set and makes it live, on all processes soon. Throws `dialogs_invalid`; then the last one stays live. */
  publish(files: DialogFiles, by: PublicationDoc['by']): Promise<PublicationDoc>;
  /** Makes a set live that was before. Throws `not_found`, and `dialogs_invalid` when this version cannot run it. */
  publishAgain(setId: string, by: PublicationDoc['by']): Promise<PublicationDoc>;
  /** Follows what other processes have published. */
  read(): Promise<void>;
  /** Of the live set; undefined before `start`. */
  publication(): PublicationDoc | undefined;
}

/** Sets kept ready to run beside the live one: 24 files are about 1 MiB. */
const MOST_AT_HAND = 8;

export function createDialogLibrary(parts: DialogLibraryParts): DialogLibrary {
  const { store, compile, now, log } = parts;
  let current = parts.first.set;
  let publication: PublicationDoc | undefined;
  /** Those used last come last. */
  const atHand = new Map<string, DialogSet>([[current.id, current]]);
  const fetching = new Map<string, Promise<DialogSet | undefined>>();
  /** Publications of this process that are not live yet: it has their sets at hand, and need not follow itself. */
  let underway = 0;
  /** Sets that this version cannot run: told once, and not tried at every look. */
  const unfit = new Set<string>();

  function keep(set: DialogSet): DialogSet {
    atHand.delete(set.id);
    atHand.set(set.id, set);
    for (const id of atHand.keys()) {
      if (atHand.size <= MOST_AT_HAND) break;
      if (id !== current.id) atHand.delete(id);
    }
    return set;
  }

  async function fetched(id: string): Promise<DialogSet | undefined> {
    if (unfit.has(id)) return undefined;
    const stored = await store.dialogSets.findOne({ _id: id });
    if (!stored) {
      log.warn({ set: id }, 'a set of dialogs is not in the store: conversations go on with the live one');
      unfit.add(id);
      return undefined;
    }
    const { dialogs, locales } = stored;
    try {
      return keep(await compile({ dialogs, locales, shownAs: parts.shownAs }));
    } catch (error) {
      log.error({ err: error, set: id }, 'a published set of dialogs cannot run in this version');
      unfit.add(id);
      return undefined;
    }
  }

  /** One reading for all turns that need the set at once. */
  function find(id: string): Promise<DialogSet | undefined> {
    const ready = atHand.get(id);
    if (ready) return Promise.resolve(keep(ready));
    let under = fetching.get(id);
    if (!under) {
      under = fetched(id).finally(() => fetching.delete(id));
      fetching.set(id, under);
    }
    return under;
  }

  async function latest(): Promise<PublicationDoc | undefined> {
    const [last] = await store.publications.find({}, { sort: { _id: -1 }, limit: 1 }).toArray();
    return last;
  }

  /** Unless a later one is live by then: what was read, or is made ready, may be overtaken by one of this process. */
  async function adopt(set: DialogSet, as: PublicationDoc): Promise<void> {
    if (!isNewer(as)) return;
    if (set.id !== current.id) await parts.goesLive(set);
    if (!isNewer(as)) return;
    publication = as;
    current = keep(set);
  }

  const isNewer = ({ _id }: PublicationDoc) => publication === undefined || _id > publication._id;

  /** The files first: a publication never names a set that is not there. */
  async function goLive(set: DialogSet, by: PublicationDoc['by']): Promise<PublicationDoc> {
    underway += 1;
    try {
      return await publishNext(set, by);
    } finally {
      underway -= 1;
    }
  }

  async function publishNext(set: DialogSet, by: PublicationDoc['by']): Promise<PublicationDoc> {
    for (;;) {
      const last = Number((await latest())?._id ?? 0);
      const next: PublicationDoc = { _id: String(last + 1).padStart(10, '0'), setId: set.id, at: now(), by };
      // Somebody else has published in between; theirs stays in the history, ours comes after it.
      if (!(await insertOnce(store.publications, next))) continue;
      await store.durable();
      await adopt(set, next);
      log.info({ set: set.id, publication: next._id }, 'dialogs are published');
      return next;
    }
  }

  async function publishSet(set: DialogSet, files: DialogFiles, by: PublicationDoc['by']) {
    const { dialogs, locales } = files;
    await insertOnce(store.dialogSets, { _id: set.id, dialogs, locales });
    return goLive(set, by);
  }

  async function follow(): Promise<void> {
    const last = await latest();
    if (!last || !isNewer(last) || underway > 0) return;
    const set = await find(last.setId);
    if (set) await adopt(set, last);
  }

  return {
    current: () => current,
    atHand: (id) => atHand.get(id),
    find,
    publication: () => publication,
    read: follow,
    async start(alone) {
      const { files, set } = parts.first;
      const last = await latest();
      if (last?.setId === set.id) {
        publication = last;
      } else if (alone || (await store.dialogSets.findOne({ _id: set.id })) === null) {
        await publishSet(set, files, 'start');
      } else {
        await follow();
        const live = { live: last?.setId, folder: set.id };
        log.warn(live, 'the dialogs in the folder were live before and are not now: publish them to go back');
      }
    },
    async publish(files, by) {
      const id = dialogSetId(files);
      if (id === current.id && publication) return publication;
      return publishSet(await compile(files), files, by);
    },
    async publishAgain(setId, by) {
      if (setId === current.id && publication) return publication;
      const stored = await store.dialogSets.findOne({ _id: setId });
      if (!stored) throw new SwitchboardError('not_found');
      const { dialogs, locales } = stored;
      return goLive(await compile({ dialogs, locales, shownAs: parts.shownAs }), by);
    },
  };
}
