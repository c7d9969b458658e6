import { keep, stored } from './storage.ts';
import { createT, type Texts } from './texts.ts';

const CHOSEN = 'switchboard.language';

/** The texts in the language that was chosen here, else in one of the browser's. */
export async function loadTexts(): Promise<Texts> {
  const wanted = [stored(CHOSEN), ...navigator.languages].filter((tag) => tag !== null);
  const response = await fetch(`/console/texts.json?for=${encodeURIComponent(wanted.join(','))}`);
  const { language, languages, texts } = await response.json();
  return { language, languages, t: createT(language, texts) };
}

/** Holds from the next time that texts are loaded. */
export function chooseLanguage(language: string): void {
  keep(CHOSEN, language);
}
