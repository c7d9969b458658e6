import { serviceWords } from '../app-bot.ts';
import type { Action } from '../bot/action-step.ts';
import type { DialogFiles } from '../bot/dialog-files.ts';
import type { HttpParts } from '../bot/http-step.ts';
import type { Config } from '../config.ts';
import { createStage, type Stage } from '../workbench/stage.ts';

/**
 * The dialogs on a stage. `mocked` are names of actions that only tests answer for; without `http`, tests answer requests
 * too. Throws `dialogs_invalid`.
 */
export function stageOf(
  { config, files }: { config: Config; files: DialogFiles },
  actions: { readonly [name: string]: Action },
  { mocked = [], http }: { mocked?: Iterable<string>; http?: HttpParts } = {},
): Promise<Stage> {
  const { defaultLanguage } = config;
  return createStage({
    files,
    defaultLanguage,
    actions,
    mocked,
    ...(http ? { http } : {}),
    wordsOf: (texts) => serviceWords(() => texts),
  });
}
