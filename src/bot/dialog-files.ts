import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SwitchboardError } from '../errors.ts';

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
  /** What messages call the two folders. */
  shownAs: { dialogs: string; locales: string };
}

/** Where a set is read from. */
export interface DialogFolders {
  dialogsDir: string;
  localesDir: string;
}

/** Reads a set: `*.yaml` but for `*.test.yaml`, and every language. Throws `dialogs_invalid` when a folder cannot be read. */
export async function readDialogFiles({ dialogsDir, localesDir }: DialogFolders): Promise<DialogFiles> {
  return {
    dialogs: await readable(dialogsDir, 'DIALOGS_DIR', () => readDialogs(dialogsDir)),
    locales: await readable(localesDir, 'LOCALES_DIR', () => readLocaleFolders(localesDir)),
    shownAs: { dialogs: basename(dialogsDir), locales: basename(localesDir) },
  };
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

/** The languages below `directory`; with all their files, or with one such as `system.json`. */
export async function readLocaleFolders(directory: string, only?: string): Promise<LocaleFolder[]> {
  const folders = await readdir(directory, { withFileTypes: true });
  const languages = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const wanted = (name: string) => name.endsWith('.json') && (only === undefined || name === only);
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

/** A folder that is not there is a mistake of the settings, told like the others. */
export async function readable<T>(directory: string, setting: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const message = `${setting}: the folder ${directory} cannot be read. Check the path and its permissions.`;
    throw new SwitchboardError('dialogs_invalid', message, { cause });
  }
}
