import type { Config } from './config.ts';
import { createLibreTranslate } from './translation/libre-translate.ts';
import { createTranslator, type Translate, type Translator } from './translation/translation.ts';

/** What translates texts for agents: the program's own function, else the server of the settings, else nothing. */
export function createTranslation(
  { translation }: Pick<Config, 'translation'>,
  {
    translate,
    sleep,
  }: {
    translate: Translate | undefined;
    sleep: (timeout: number, signal: AbortSignal) => Promise<void>;
  },
): { translate: Translator | undefined; close: () => Promise<void> } {
  const server = translate || !translation ? undefined : createLibreTranslate(translation);
  const own = translate ?? server?.translate;
  return {
    translate: own && createTranslator(own, { sleep }),
    close: async () => server?.close(),
  };
}
