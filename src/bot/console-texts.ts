import { languageChain } from '../languages.ts';
import { readLocaleFolders } from './dialog-files.ts';
import { type LocaleFile, type LocaleFiles, type LocaleTexts, localesOf } from './locale-file.ts';
import { SHIPPED_LOCALES } from './shipped-texts.ts';
import { CONSOLE } from './system-texts.ts';

/** The language that is whole in the package, so that no text is ever missing. */
const BELOW_ALL = 'en';

export interface ConsoleTexts {
  language: string;
  languages: { language: string; name: string }[];
  texts: LocaleTexts;
}

/**
 * The console's texts, from `console.json` of each language: the package's, and over them, key by key, those of a
 * program's own folder, which may lack it. A file that is no JSON counts as empty, and `onProblem` hears of it.
 */
export async function readConsoleTexts(
  localesDir: string,
  { defaultLanguage, onProblem }: { defaultLanguage: string; onProblem: (problem: object) => void },
): Promise<(wanted: readonly string[]) => ConsoleTexts> {
  const shipped = await read(SHIPPED_LOCALES);
  const own = await read(localesDir).catch(() => localesOf([], localesDir));
  for (const problem of own.problems) onProblem(problem);
  const named = (locales: LocaleFiles, language: string) => locales.files.get(language)?.get(CONSOLE);
  const tags = [...new Set([...shipped.languages, ...own.languages])]
    .filter((language) => named(shipped, language) ?? named(own, language))
    .sort();
  const languages = tags.map((language) => ({
    language,
    name: new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language,
  }));
  const last = tags.includes(defaultLanguage) ? defaultLanguage : BELOW_ALL;
  const made = new Map(
    tags.map((language) => [
      language,
      [named(shipped, BELOW_ALL), named(shipped, language), named(own, language)].reduce(laidOver, {}),
    ]),
  );
  return (wanted) => {
    const known = wanted.find((tag) => languageChain(tag, tags, '')[0] !== '');
    const language = known === undefined ? last : (languageChain(known, tags, last)[0] ?? last);
    return { language, languages, texts: made.get(language) ?? {} };
  };
}

async function read(folder: string): Promise<LocaleFiles> {
  return localesOf(await readLocaleFolders(folder, `${CONSOLE}.json`), folder);
}

/** The console's keys are flat: `menu.order` is a name, not a path. */
function laidOver(below: LocaleTexts, file: LocaleFile | undefined): LocaleTexts {
  return { ...below, ...file?.texts };
}
