import type { Config } from './config.ts';
import { createLibreTranslate } from './translation/libre-translate.ts';
import { createTranslator, type Translate, type Translator } from './translation/translation.ts';

/** What translates texts for agents: the program's own function, else the server of the settings, else nothing. */
export function createTranslation(
  { translation }: Pick<Config, 'translation'>,
  own: Translate | undefined,
): { translate: Translator | undefined; close: () => Promise<void> } {
  const server = own || !translation ? undefined : createLibreTranslate(translation);
  const translate = own ?? server?.translate;
  return {
    translate: translate && createTranslator(translate),
    close: async () => server?.close(),
  };
}
