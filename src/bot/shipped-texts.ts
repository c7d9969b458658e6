import { fileURLToPath } from 'node:url';
import { readLocaleFolders } from './dialog-files.ts';
import {
  type LocaleFile,
  type LocaleFiles,
  type LocaleTexts,
  localesOf,
  readLocaleFile,
} from './locale-file.ts';
import { SYSTEM } from './system-texts.ts';

/** The same from `src/bot/` and from `dist/bot/`, wherever the package is installed. */
export const SHIPPED_LOCALES = fileURLToPath(new URL('../../locales/', import.meta.url));

/**
 * A program's locale files with the package's own system texts below them: `system.json` of the same language, or of the
 * language without its region (`es-MX` over `es`). Each key of the program's file counts instead of the package's; a list
 * of words is replaced whole. So a program writes only what it wants to say otherwise, and a text that a later version
 * needs is there. A language that the package lacks gets its name from CLDR: for a name, no other language can stand in.
 *
 * `shownAs` is the program's folder in messages. `languages` are the program's alone, or `all` that anybody has.
 */
export async function overShipped(
  own: LocaleFiles,
  shownAs: string,
  languages: 'own' | 'all',
): Promise<LocaleFiles> {
  const shipped = localesOf(
    await readLocaleFolders(SHIPPED_LOCALES, `${SYSTEM}.json`),
    'switchboard/locales',
  );
  const all =
    languages === 'own' ? own.languages : [...new Set([...own.languages, ...shipped.languages])].sort();
  const files = new Map<string, Map<string, LocaleFile>>();
  for (const language of all) {
    const named = new Map(own.files.get(language));
    const system = (texts: LocaleTexts) =>
      readLocaleFile(`${shownAs}/${language}/${SYSTEM}.json`, language, SYSTEM, JSON.stringify(texts)).file;
    const plain = new Intl.Locale(language).language;
    const below =
      shipped.files.get(language)?.get(SYSTEM) ??
      shipped.files.get(plain)?.get(SYSTEM) ??
      system({ language_name: nameOf(language) });
    files.set(language, named.set(SYSTEM, laidOver(named.get(SYSTEM) ?? system({}), below)));
  }
  return { languages: all, files, problems: own.problems };
}

/** What a language calls itself: `français`. */
function nameOf(language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
}

/** Mistakes are told of the file above, which is the one that its reader can mend. */
function laidOver(above: LocaleFile, below: LocaleFile): LocaleFile {
  return {
    ...above,
    texts: merged(above.texts, below.texts),
    entries: new Map([...below.entries, ...above.entries]),
  };
}

function merged(above: LocaleTexts, below: LocaleTexts): LocaleTexts {
  const texts: LocaleTexts = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = texts[key];
    texts[key] = isMap(value) && isMap(under) ? merged(value, under) : value;
  }
  return texts;
}

function isMap(value: LocaleTexts[string] | undefined): value is LocaleTexts {
  return typeof value === 'object' && !Array.isArray(value);
}
