import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Action } from '../../src/bot/action-step.ts';
import { createScriptBot, type ScriptBot } from '../../src/bot/bot.ts';
import { readDialogFiles } from '../../src/bot/dialog-files.ts';
import type { HttpParts } from '../../src/bot/http-step.ts';
import { compileScripts, type LoadOptions, loadScripts } from '../../src/bot/load.ts';
import { sampleActions } from '../../src/bot/sample-actions.ts';
import type { MissingText } from '../../src/bot/texts.ts';
import type {
  Closed,
  HandoffResult,
  OwnQueue,
  ReturnTarget,
  TurnActivity,
  TurnOutput,
} from '../../src/bot-turn.ts';
import { SwitchboardError } from '../../src/errors.ts';
import { TeleSignAdapter } from '../../src/telesign/adapter.ts';

/** Of each text: what lines of the log about it are found by. */
export const CORRELATION = 'c0ffee'.padEnd(32, '0');

/** A customer and the bot, through the real adapter. Keeps state and locale from turn to turn as the service does. */
export class Talk {
  session = 1;
  /** Virtual: tests set it forward. */
  time = 0;
  /** When the bot is to be woken. */
  wakeAt: number | null = null;
  locale: string;
  botState: string | null = null;
  timeZone = 'UTC';
  /** Where the workstream has the bot begin. */
  dialog: string | undefined;
  hidden: string | null = null;
  queue: OwnQueue = { id: 'support', isOpen: true, opens: null, holiday: null, waiting: null };
  readonly #bot: Pick<ScriptBot, 'run'>;
  readonly #adapter = new TeleSignAdapter({ inOrder: () => Promise.reject(new Error('not in this test')) });
  #turns = 0;

  constructor(bot: Pick<ScriptBot, 'run'>, locale = 'en') {
    this.#bot = bot;
    this.locale = locale;
  }

  says(text: string): Promise<TurnOutput> {
    return this.#take({ type: 'message', id: this.#id(), text, at: this.time });
  }

  /** What the bot answers, when it is one message and nothing else. */
  async asks(text: string): Promise<string> {
    const { texts, handoff, ended } = await this.says(text);
    const [only, second] = texts;
    if (only === undefined || second !== undefined || handoff || ended) {
      throw new Error(`not one message: ${JSON.stringify({ texts, handoff, ended })}`);
    }
    return only;
  }

  returned(given: ReturnTarget & Partial<HandoffResult> = {}): Promise<TurnOutput> {
    const value = { outcome: 'returned', answered: true, ...given } as const;
    return this.#take({ type: 'event', id: this.#id(), name: 'returned', at: this.time, value });
  }

  closed(value: Closed = { queue: 'support', opens: null }): Promise<TurnOutput> {
    return this.#take({ type: 'event', id: this.#id(), name: 'closed', at: this.time, value });
  }

  undelivered(): Promise<TurnOutput> {
    const value = { messageId: 'out:1', code: '240' };
    return this.#take({ type: 'event', id: this.#id(), name: 'undelivered', at: this.time, value });
  }

  untaken(): Promise<TurnOutput> {
    return this.#take({ type: 'event', id: this.#id(), name: 'untaken', at: this.time });
  }

  /** Lets the time come that the bot wanted to be woken at. */
  wakes(): Promise<TurnOutput> {
    if (this.wakeAt === null) throw new Error('the bot did not want to be woken');
    this.time = this.wakeAt;
    return this.#take({ type: 'event', id: this.#id(), name: 'wakeUp', at: this.time });
  }

  /** The ids of the dialogs under way with their steps. */
  get stack(): string[] {
    const state = JSON.parse(this.botState ?? '{"dialogStack":[]}');
    return state.dialogStack.map((dialog: { id: string; state: { step: string } }) => {
      return `${dialog.id}/${dialog.state.step}`;
    });
  }

  #id(): string {
    this.#turns += 1;
    return `in:${this.#turns}`;
  }

  async #take(activity: TurnActivity): Promise<TurnOutput> {
    const conversation = {
      id: '15550100001-15550100002',
      channelId: 'default',
      number: '15550100001',
      customer: '15550100002',
      session: this.session,
      locale: this.locale,
      timeZone: this.timeZone,
      ...(this.dialog === undefined ? {} : { dialog: this.dialog }),
    };
    const { queue, botState, hidden } = this;
    const input = { conversation, queue, activity, botState, hidden, correlationId: CORRELATION };
    const output = await this.#adapter.runTurn(input, (context) => this.#bot.run(context));
    this.botState = output.botState;
    this.wakeAt = output.wakeAt;
    if (output.hidden) this.hidden = output.hidden.state;
    this.locale = output.locale ?? this.locale;
    return output;
  }
}

/** The dialogs that come with the service. */
export async function sampleBot(): Promise<ScriptBot> {
  const actionNames = Object.keys(sampleActions);
  const folders = { dialogsDir: 'dialogs', localesDir: 'locales' };
  const { scripts, texts } = await loadScripts({ ...folders, defaultLanguage: 'en', actionNames });
  return createScriptBot({ scripts, texts, actions: sampleActions });
}

export interface Written {
  /** Contents by path below the folder: `dialogs/main.yaml`, `locales/en/main.json`. */
  files: Record<string, string | object>;
  /** Languages that there are even when no file is written for them. */
  languages?: string[];
  defaultLanguage?: string;
  actions?: Record<string, Action>;
  http?: HttpParts;
  onMissingText?: (missing: MissingText) => void;
  log?: { warn: (...line: unknown[]) => void };
}

/** Writes dialogs and texts to a folder of their own for as long as `use` runs. */
export async function withFiles<T>(
  { files, languages = ['en'], defaultLanguage = 'en', actions = {}, onMissingText }: Written,
  use: (options: LoadOptions) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-dialogs-'));
  try {
    await mkdir(join(folder, 'dialogs'));
    for (const language of languages) await mkdir(join(folder, 'locales', language), { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(
        join(folder, path),
        typeof content === 'string' ? content : JSON.stringify(content, null, 2),
      );
    }
    return await use({
      dialogsDir: join(folder, 'dialogs'),
      localesDir: join(folder, 'locales'),
      defaultLanguage,
      actionNames: Object.keys(actions),
      ...(onMissingText ? { onMissingText } : {}),
    });
  } catch (error) {
    throw error instanceof SwitchboardError ? withoutFolder(error, `${folder}/`) : error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** As if the folders had been given by their names alone. */
function withoutFolder({ code, message, details }: SwitchboardError, folder: string): SwitchboardError {
  const plain = JSON.stringify(details).replaceAll(folder, '');
  return new SwitchboardError(code, message.replaceAll(folder, ''), { details: JSON.parse(plain) });
}

/** A bot of dialogs written in the test. */
export function botOf(written: Written): Promise<ScriptBot> {
  return withFiles(written, async (options) => {
    const files = {
      ...(await readDialogFiles(options)),
      shownAs: { dialogs: 'dialogs', locales: 'locales' },
    };
    const { scripts, texts } = await compileScripts(files, options);
    const { actions = {}, http, log } = written;
    return createScriptBot({
      ...{ scripts, texts, actions },
      ...(http ? { http } : {}),
      ...(log ? { log } : {}),
    });
  });
}
