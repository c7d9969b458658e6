import { z } from 'zod';
import { dialogSetId } from '../bot/dialog-files.ts';
import { wrongSettings } from '../config.ts';
import { createDialogHttp } from '../dialog-http.ts';
import { createWake } from '../wake.ts';
import { type ChatParts, chat } from '../workbench/chat.ts';
import { openRehearsalStore } from '../workbench/rehearsal-store.ts';
import { actionsOf, dialogsOf, knownLanguage } from './dialogs.ts';
import { stageOf } from './stage.ts';

const options = z.object({
  language: z.string().optional(),
  price: z.coerce.number().min(0).optional(),
  actions: z.string().optional(),
});

/** Milliseconds between two looks at the folders. */
const INTERVAL = 300;

/** Throws `settings_invalid`, and `dialogs_invalid` for mistakes in the dialogs that it begins with. */
export async function runChatCommand(
  env: Record<string, string | undefined>,
  given: unknown,
  streams: Pick<ChatParts, 'input' | 'output'>,
): Promise<void> {
  const parsed = options.safeParse(given);
  if (!parsed.success) throw wrongSettings(['--price: what one segment costs, such as 0.0075']);
  const { language, price, actions: module } = parsed.data;
  const actions = await actionsOf(module);
  const { config, files } = await dialogsOf(env);
  const languages = files.locales.map((one) => one.language);
  const begins = language === undefined ? config.defaultLanguage : knownLanguage(language, languages);
  const store = await openRehearsalStore();
  const http = createDialogHttp(config);
  try {
    await chat({
      ...streams,
      store,
      load: async () => stageOf(await dialogsOf(env), actions, { http }),
      changes: (signal) => changes(env, dialogSetId(files), signal),
      language: begins,
      price,
      startsAt: Date.now(),
    });
  } finally {
    await http.close();
    await store.close();
  }
}

/** The ids of the sets that come to lie in the folders after this one. A folder that cannot be read is looked at again. */
async function* changes(
  env: Record<string, string | undefined>,
  first: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { wait } = createWake();
  let last = first;
  while (!signal.aborted) {
    await wait(INTERVAL, signal);
    const id = await dialogsOf(env).then(
      ({ files }) => dialogSetId(files),
      () => last,
    );
    if (id !== last && !signal.aborted) yield id;
    last = id;
  }
}
