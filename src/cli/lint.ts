import { z } from 'zod';
import { checkedSet } from '../bot/checked-set.ts';
import { type DialogFiles, dialogSetId } from '../bot/dialog-files.ts';
import { lintDialogs } from '../lint/lint.ts';
import { type LiveChanges, liveChanges } from '../lint/live.ts';
import { counts, FORMATS, reportLines } from '../lint/report.ts';
import { apiOf } from './api.ts';
import { actionsOf, dialogsOf, optionsOf } from './dialogs.ts';
import type { Printer } from './test.ts';

const options = z.object({
  format: z.enum(FORMATS, `one of ${FORMATS.join(', ')}`).default('text'),
  strict: z.boolean().default(false),
  actions: z.string().optional(),
  live: z.boolean().default(false),
  url: z.url().optional(),
});

const liveSet = z.object({ publication: z.object({ setId: z.string() }) });
const namedText = z.object({ name: z.string(), text: z.string() });
const setFiles = z.object({
  dialogs: z.array(namedText),
  locales: z.array(z.object({ language: z.string(), files: z.array(namedText) })),
});
const standing = z.object({
  items: z.array(
    z.object({ setId: z.string(), dialog: z.string(), step: z.string(), conversations: z.number() }),
  ),
});

/**
 * Prints what is wrong with the dialogs of `DIALOGS_DIR` and `LOCALES_DIR`. False when there are errors, or with `--strict`
 * warnings. With `--live` also what publishing them would change in the service that runs. Throws `settings_invalid`,
 * `dialogs_invalid` when a folder cannot be read, and `not_ready` when the service does not answer.
 */
export async function runLintCommand(
  env: Record<string, string | undefined>,
  given: unknown,
  { print }: Printer,
): Promise<boolean> {
  const { format, strict, actions, live, url } = optionsOf(options, given);
  const { config, files } = await dialogsOf(env);
  const problems = await lintDialogs(files, {
    defaultLanguage: config.defaultLanguage,
    actionNames: Object.keys(await actionsOf(actions)),
  });
  const changes = live ? await changesTo(files, config.defaultLanguage, apiOf(env, url)) : undefined;
  for (const line of reportLines(problems, format, changes)) print(line);
  const { errors, warnings } = counts(problems);
  return errors === 0 && (!strict || warnings === 0);
}

async function changesTo(
  files: DialogFiles,
  defaultLanguage: string,
  api: ReturnType<typeof apiOf>,
): Promise<LiveChanges> {
  const { setId } = liveSet.parse(await api.get('/api/dialogs')).publication;
  const live = setFiles.parse(await api.get(`/api/dialogs/sets/${setId}`));
  const { items } = standing.parse(await api.get('/api/dialogs/sessions'));
  // What is wrong with a set that is live is not asked here, nor which actions it may call.
  const options = { defaultLanguage, actionNames: [] };
  const [before, after] = await Promise.all([
    checkedSet({ ...live, shownAs: files.shownAs }, options),
    checkedSet(files, options),
  ]);
  return liveChanges(before, after, dialogSetId(files), items);
}
