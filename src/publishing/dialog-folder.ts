import { type DialogFolders, dialogSetId, fileTimes, readDialogFiles } from '../bot/dialog-files.ts';
import type { DialogSet } from '../bot/published-bot.ts';
import type { PublicationDoc } from '../store/dialog-set.ts';
import type { DialogLibrary } from './dialog-library.ts';

/** The folder of dialogs that designers edit, and what becomes of it. */
export interface DialogFolder {
  /** The id of the set that lies there now. Throws `dialogs_invalid` when it cannot be read. */
  setId(): Promise<string>;
  /** Makes live what lies there. Throws `dialogs_invalid`; then the last set stays live. */
  publish(by: PublicationDoc['by']): Promise<PublicationDoc>;
  /** The same, if anything was changed since the last look; a set with a mistake is looked at once. */
  publishChanges(): Promise<void>;
}

export function createDialogFolder(
  folders: DialogFolders,
  library: { current: () => Pick<DialogSet, 'id'> } & Pick<DialogLibrary, 'publish'>,
): DialogFolder {
  let seen = library.current().id;
  let times: string | undefined;
  /** Read twice with these times: a file may change within the same tick of its time, and keep its size. */
  let settled = false;
  return {
    setId: async () => dialogSetId(await readDialogFiles(folders)),
    publish: async (by) => library.publish(await readDialogFiles(folders), by),
    async publishChanges() {
      const before = times;
      times = fileTimes(folders);
      const same = times !== undefined && times === before;
      if (same && settled) return;
      settled = same;
      const files = await readDialogFiles(folders);
      const id = dialogSetId(files);
      if (id === seen) return;
      seen = id;
      await library.publish(files, 'change');
    },
  };
}
