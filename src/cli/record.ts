import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { wrongSettings } from '../config.ts';
import {
  type RecordedMessage,
  recordedConversation,
  recordedMessage,
  testOf,
} from '../workbench/recording.ts';
import { openRehearsalStore } from '../workbench/rehearsal-store.ts';
import { runTest } from '../workbench/test-case.ts';
import { readTestFile } from '../workbench/test-file.ts';
import { failureLines } from '../workbench/test-report.ts';
import { apiOf } from './api.ts';
import { actionsOf, dialogsOf } from './dialogs.ts';
import { stageOf } from './stage.ts';
import type { Printer } from './test.ts';

const options = z.object({
  out: z.string().optional(),
  url: z.url().optional(),
  actions: z.string().optional(),
});

const page = z.object({ items: z.array(recordedMessage), cursor: z.string().nullable() });

/**
 * Makes a test file of a conversation that the running service has, and tells whether the dialogs at hand pass it. Throws
 * `not_found` and `not_ready`.
 */
export async function runRecordCommand(
  env: Record<string, string | undefined>,
  id: string,
  given: unknown,
  { print, tell }: Printer & { tell: (line: string) => void },
): Promise<void> {
  const parsed = options.safeParse(given);
  if (!parsed.success) throw wrongSettings(['--url: an http or https address']);
  const { out, url, actions } = parsed.data;
  const stage = await stageOf(await dialogsOf(env), await actionsOf(actions));
  const api = apiOf(env, url);
  const path = `/api/conversations/${encodeURIComponent(id)}`;
  const conversation = recordedConversation.parse(await api.get(path));
  const messages: RecordedMessage[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ limit: '100', ...(cursor === '' ? {} : { cursor }) });
    const read = page.parse(await api.get(`${path}/messages?${query}`));
    messages.push(...read.items);
    cursor = read.cursor;
  }
  const file = testOf(conversation, messages, stage);
  if (out === undefined) print(file.trimEnd());
  else await writeFile(out, file);
  for (const line of await failures(file, out ?? 'recorded.test.yaml', stage)) tell(line);
}

async function failures(content: string, name: string, stage: Awaited<ReturnType<typeof stageOf>>) {
  const store = await openRehearsalStore();
  try {
    const { dialog, tests } = readTestFile(name, content);
    const [test] = tests;
    const language = test?.setup.languages?.[0];
    if (!test || language === undefined) return [];
    const failure = await runTest(test, language, dialog, { stage, store });
    const result = { file: name, name: test.name, language, failure };
    return failure
      ? ['The dialogs do not pass it as it is:', ...failureLines(result)]
      : ['The dialogs pass it.'];
  } finally {
    await store.close();
  }
}
