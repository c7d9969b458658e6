import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { SwitchboardError } from '../errors.ts';
import { CONSOLE } from './system-texts.ts';

export interface NamedText {
  /** Of the file: `main.yaml`, `main.json`. */
  name: string;
  text: string;
}

/** `locales/<language>/`, perhaps empty. */
export interface LocaleFolder {
  /** The folder's name, right or wrong. */
  language: string;
  files: NamedText[];
}

/** A set of dialogs as it is written: all that the bot says and does, but for the program's own actions. Plain data. */
export interface DialogFiles {
  /** In the order of their names, as all lists here. */
  dialogs: NamedText[];
  locales: LocaleFolder[];
  /** What messages call the two folders: their paths as they were given. */
  shownAs: { dialogs: string; locales: string };
}

/** Where a set is read from. */
export interface DialogFolders {
  dialogsDir: string;
  localesDir: string;
}

/**
 * Reads a set: `*.yaml` but for `*.test.yaml`, and every language. Throws `dialogs_invalid` for a folder that cannot be
 * read, or for both.
 */
export async function readDialogFiles({ dialogsDir, localesDir }: DialogFolders): Promise<DialogFiles> {
  const dialogs = readable(dialogsDir, 'DIALOGS_DIR', () => readDialogs(dialogsDir));
  const locales = readable(localesDir, 'LOCALES_DIR', () => readLocaleFolders(localesDir));
  const [noDialogs, noLocales] = await Promise.all([failureOf(dialogs), failureOf(locales)]);
  if (noDialogs && noLocales) {
    throw new SwitchboardError('dialogs_invalid', `${noDialogs.message}\n${noLocales.message}`, {
      cause: new AggregateError([noDialogs.cause, noLocales.cause]),
    });
  }
  return {
    dialogs: await dialogs,
    locales: await locales,
    shownAs: { dialogs: shownPath(dialogsDir), locales: shownPath(localesDir) },
  };
}

/**
 * Differs when a file in the folders of a set was changed, added or taken away; undefined where that cannot be told.
 * Synchronous: a few microseconds a file, a tenth of what a thread for each would cost.
 */
export function fileTimes({ dialogsDir, localesDir }: DialogFolders): string | undefined {
  try {
    const languages = readdirSync(localesDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const folders = [dialogsDir, ...languages.map(({ name }) => join(localesDir, name))];
    return folders
      .flatMap((folder) => readdirSync(folder).map((name) => timesOf(join(folder, name))))
      .join('\n');
  } catch {
    return undefined;
  }
}

function timesOf(path: string): string {
  const { ino, size, mtimeMs, ctimeMs } = statSync(path);
  return `${path} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

/** `./config/dialogs/` → `config/dialogs` */
export function shownPath(directory: string): string {
  return normalize(directory).replace(/(?<=.)\/+$/, '');
}

/** The same for the same files, whatever folder they lie in: what a session in progress began with. 16 hex digits. */
export function dialogSetId({ dialogs, locales }: Omit<DialogFiles, 'shownAs'>): string {
  const plain = (files: readonly NamedText[]) => files.map(({ name, text }) => [name, text]);
  const content = [plain(dialogs), locales.map(({ language, files }) => [language, plain(files)])];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

function readDialogs(directory: string): Promise<NamedText[]> {
  return readFiles(directory, (name) => /(?<!\.test)\.ya?ml$/.test(name));
}

/** The languages below `directory`; with all files of the bot, or with one such as `system.json`. */
export async function readLocaleFolders(directory: string, only?: string): Promise<LocaleFolder[]> {
  const folders = await readdir(directory, { withFileTypes: true });
  const languages = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const wanted = (name: string) =>
    name.endsWith('.json') && (only === undefined ? name !== `${CONSOLE}.json` : name === only);
  return Promise.all(
    languages.sort().map(async (language) => ({
      language,
      files: await readFiles(join(directory, language), wanted),
    })),
  );
}

async function readFiles(directory: string, wanted: (name: string) => boolean): Promise<NamedText[]> {
  const names = (await readdir(directory)).filter(wanted).sort();
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(directory, name), 'utf8') })),
  );
}

async function failureOf(read: Promise<unknown>): Promise<Error | undefined> {
  try {
    await read;
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** A folder that is not there is a mistake of the settings, told like the others. */
export async function readable<T>(directory: string, setting: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const message = `${setting}: the folder ${directory} cannot be read. Check the path and its permissions.`;
    throw new SwitchboardError('dialogs_invalid', message, { cause });
  }
}
