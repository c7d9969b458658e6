import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createScriptBot, type ScriptBot } from '../../src/bot/bot.ts';
import { type LoadOptions, loadScripts } from '../../src/bot/load.ts';
import { sampleActions } from '../../src/bot/sample-actions.ts';
import type { Action } from '../../src/bot/script-dialog.ts';
import type { MissingText } from '../../src/bot/texts.ts';
import type { ReturnTarget, TurnActivity, TurnOutput } from '../../src/bot-turn.ts';
import { TeleSignAdapter } from '../../src/telesign/adapter.ts';

/** A customer and the bot, through the real adapter. Keeps state and locale from turn to turn as the service does. */
export class Talk {
  session = 1;
  locale: string;
  botState: string | null = null;
  readonly #bot: Pick<ScriptBot, 'run'>;
  readonly #adapter = new TeleSignAdapter({ inOrder: () => Promise.reject(new Error('not in this test')) });
  #turns = 0;

  constructor(bot: Pick<ScriptBot, 'run'>, locale = 'en') {
    this.#bot = bot;
    this.locale = locale;
  }

  says(text: string): Promise<TurnOutput> {
    return this.#take({ type: 'message', id: this.#id(), text, at: 0 });
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

  returned(value: ReturnTarget = {}): Promise<TurnOutput> {
    return this.#take({ type: 'event', id: this.#id(), name: 'returned', at: 0, value });
  }

  untaken(): Promise<TurnOutput> {
    return this.#take({ type: 'event', id: this.#id(), name: 'untaken', at: 0 });
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
    };
    const input = { conversation, activity, botState: this.botState };
    const output = await this.#adapter.runTurn(input, (context) => this.#bot.run(context));
    this.botState = output.botState;
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
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A bot of dialogs written in the test. */
export function botOf(written: Written): Promise<ScriptBot> {
  return withFiles(written, async (options) => {
    const { scripts, texts } = await loadScripts(options);
    const { actions = {}, log } = written;
    return createScriptBot({ scripts, texts, actions, ...(log ? { log } : {}) });
  });
}
