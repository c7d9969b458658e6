import type { Action } from '../bot/action-step.ts';
import { createScriptBot, type ScriptBot } from '../bot/bot.ts';
import type { DialogFiles } from '../bot/dialog-files.ts';
import type { HttpClient, HttpParts } from '../bot/http-step.ts';
import { compileScripts, type Scripts } from '../bot/load.ts';
import type { AskedText, Texts } from '../bot/texts.ts';
import type { Json } from '../bot-turn.ts';
import type { Logger } from '../log.ts';
import type { QueueDoc } from '../store/documents.ts';
import { fits } from './fits.ts';
import { FALLBACK_QUEUE, type ServiceWords } from './rehearsal.ts';
import type { HttpAnswer, MockedAnswer, Setup } from './test-format.ts';

export interface StageParts {
  files: DialogFiles;
  defaultLanguage: string;
  actions: { readonly [name: string]: Action };
  /** Names of actions that only tests answer for. */
  mocked?: Iterable<string>;
  /** What requests of dialogs go through; without it, tests answer them. */
  http?: HttpParts;
  wordsOf: (texts: Texts) => ServiceWords;
  log?: Pick<Logger, 'warn'>;
}

/** What the dialogs have come to since a conversation began; `asked` since the last turn. */
interface Record {
  /** Texts that were asked for. */
  asked: AskedText[];
  /** Actions. */
  called: { name: string; input: { [name: string]: Json } }[];
  /** Requests: `GET https://shop.example/orders/1`. */
  requested: { request: string; body: Json }[];
  /** Those for which there was no answer. */
  unanswered: string[];
  /** Steps. */
  ran: { dialog: string; step: string }[];
}

/** Dialogs ready to be rehearsed, one conversation after another. */
export interface Stage {
  scripts: Scripts;
  texts: Texts;
  bot: ScriptBot;
  words: ServiceWords;
  readonly record: Record;
  /**
   * Begins a conversation with these answers of actions, where those of which nothing is said are the program's own, and
   * of requests.
   */
  begin(setup?: Pick<Setup, 'actions' | 'http'>): void;
  /** Of the texts only: what follows is another turn. */
  forget(): void;
}

/** Throws `dialogs_invalid` as `compileScripts`. */
export async function createStage(parts: StageParts): Promise<Stage> {
  const { files, defaultLanguage, actions, mocked = [], http, wordsOf, log } = parts;
  const record: Record = { asked: [], called: [], requested: [], unanswered: [], ran: [] };
  const names = new Set([...Object.keys(actions), ...mocked]);
  const made = await compileScripts(files, {
    defaultLanguage,
    actionNames: names,
    onText: (text) => record.asked.push(text),
  });
  let httpAnswers: { left: number; mock: HttpAnswer }[] = [];
  let answers: { [action: string]: { left: number; mock: MockedAnswer }[] } = {};

  const act = async (name: string, input: Parameters<Action>[0], turn: Parameters<Action>[1]) => {
    record.called.push({ name, input });
    const mocks = answers[name];
    if (!mocks) {
      const own = actions[name];
      if (!own) throw new Error(`the test says nothing of what the action ${name} answers`);
      return own(input, turn);
    }
    const found = mocks.find(({ left, mock: { when = {} } }) => left > 0 && fits(when, input));
    if (!found) throw new Error(`no answer of the action ${name} is for ${JSON.stringify(input)}`);
    found.left -= 1;
    const { error, answer = null } = found.mock;
    if (error !== undefined) throw new Error(error);
    return answer;
  };

  const client: HttpClient = async ({ method, url, body }) => {
    const request = `${method} ${url}`;
    record.requested.push({ request, body: body === undefined ? null : JSON.parse(body) });
    const found = httpAnswers.find(({ left, mock }) => left > 0 && isLike(mock.request, request));
    if (!found) {
      record.unanswered.push(request);
      return { failed: 'refused' };
    }
    found.left -= 1;
    const { error, status = 200, body: answer = null } = found.mock;
    return error ? { failed: error } : { status, body: JSON.stringify(answer) };
  };
  // Whatever their names are, dialogs of a test have their secrets.
  const secrets = new Proxy<HttpParts['secrets']>({}, { get: (_, name) => `secret ${String(name)}` });
  const played: HttpParts = { client, secrets, now: () => 0, sleep: () => Promise.resolve() };

  return {
    ...made,
    bot: createScriptBot({
      ...made,
      http: http ?? played,
      actions: Object.fromEntries(
        [...names].map((name): [string, Action] => [name, (input, turn) => act(name, input, turn)]),
      ),
      ran: (dialog, step) => record.ran.push({ dialog, step }),
      ...(log ? { log } : {}),
    }),
    words: wordsOf(made.texts),
    record,
    begin({ actions: given = {}, http: answered = [] } = {}) {
      httpAnswers = answered.map((mock) => ({ left: mock.times ?? Number.POSITIVE_INFINITY, mock }));
      answers = Object.fromEntries(
        Object.entries(given).map(([name, mocks]) => [
          name,
          mocks.map((mock) => ({ left: mock.times ?? Number.POSITIVE_INFINITY, mock })),
        ]),
      );
      Object.assign(record, { asked: [], called: [], requested: [], unanswered: [], ran: [] });
    },
    forget() {
      record.asked = [];
    },
  };
}

/** Whether a request is one of those that a test means, whose `*` stands for anything. */
export function isLike(wanted: string, request: string): boolean {
  const parts = wanted.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(request);
}

/** The queues that the dialogs name and these; all open unless said otherwise. `since` in milliseconds. */
export function queuesOf(
  { scripts }: Pick<Stage, 'scripts'>,
  since: number,
  named: { [id: string]: 'open' | 'closed' } = {},
): QueueDoc[] {
  const closed = { hours: { timeZone: 'UTC', week: [], holidays: [] } };
  return [...new Set([FALLBACK_QUEUE, ...scripts.queues, ...Object.keys(named)])].map((_id) => ({
    _id,
    name: _id,
    priority: 0,
    ...(named[_id] === 'closed' ? closed : {}),
    createdAt: since,
    changedAt: since,
  }));
}
