import { loadScripts } from '../../src/bot/load.ts';
import { SwitchboardError } from '../../src/errors.ts';
import { type Written, withFiles } from './script-bot.ts';

/** Texts of a dialog that is to be loaded. */
export const TEXTS = { hello: 'Hello', again: 'Again?', a: 'A', b: 'B', list: ['a word'] };

/** The mistakes that loading a set tells, without the heading. */
export async function mistakes(written: Written): Promise<string[]> {
  try {
    await withFiles(written, loadScripts);
  } catch (error) {
    if (!(error instanceof SwitchboardError) || error.code !== 'dialogs_invalid') throw error;
    return error.message.split('\n').slice(1);
  }
  return [];
}

/** Those of one dialog whose texts exist. */
export function mistakesOf(
  steps: string,
  texts: object = TEXTS,
  head = 'id: main\ntriggers: [start]\n',
): Promise<string[]> {
  return mistakes({
    files: { 'dialogs/main.yaml': `${head}steps:\n${steps}`, 'locales/en/main.json': texts },
    actions: { lookupOrder: async () => null },
  });
}
