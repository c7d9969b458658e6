/**
 * Processor time of a turn, in one process and without a store: the sample bot in three languages, the dialog of the bench, and
 * the same dialog with Bot Framework's waterfalls. Prints JSON. They take turns, and each figure is the median of the rounds.
 */
import {
  type Activity,
  ActivityTypes,
  BotAdapter,
  ConversationState,
  MemoryStorage,
  type ResourceResponse,
  TurnContext,
  UserState,
} from 'botbuilder';
import type { DialogState } from 'botbuilder-dialogs';
import { createScriptBot } from '../src/bot/bot.ts';
import { loadScripts } from '../src/bot/load.ts';
import { sampleActions } from '../src/bot/sample-actions.ts';
import { TeleSignAdapter } from '../src/telesign/adapter.ts';
import { EXCHANGES } from './conversation-script.ts';
import { HarbourShopDialogs } from './plain-dialog.ts';

const ROUNDS = 7;
const TURNS = 3000;

/** Runs at least `turns` turns, as many as make whole conversations, and says how many. */
type Contestant = (turns: number) => Promise<number>;

/** Whole conversations with the sample bot: menus, orders, returns, a delivery with days, times and numbers in words. */
const SAMPLE: readonly (readonly [locale: string, texts: readonly string[]])[] = [
  ['en', ['Hello', '1', '10234', 'yes', 'opening hours', 'yes', 'returns', 'yes', 'no']],
  ['es', ['Hola', '1', '10235', 'sí', 'horario', 'sí', 'devoluciones', 'sí', 'no']],
  ['zh-TW', ['您好', '1', '10236', '是', '營業時間', '是', '退貨', '是', '否']],
  [
    'en',
    ['change delivery', '10234', '12/24', 'yes', '15:30', 'this number', 'ana@example.com', 'yes', 'hello'],
  ],
  ['es', ['otro día', '10234', '24/12', 'sí', '15:30', 'este número', 'ana@example.com', 'no', 'hola']],
  ['zh-TW', ['配送日期', '10234', '12/24', '是', '15:30', '這支電話', 'ana@example.com', '是', '您好']],
];

/** Days and times in words, which the recognisers read. */
const IN_WORDS: typeof SAMPLE = [
  [
    'en',
    [
      'change delivery',
      '10234',
      'next friday',
      'yes',
      'half past three',
      'this number',
      'ana@example.com',
      'yes',
    ],
  ],
  [
    'es',
    ['otro día', '10234', 'el viernes', 'sí', 'a las tres y media', 'este número', 'ana@example.com', 'no'],
  ],
  ['zh-TW', ['配送日期', '10234', '下週五', '是', '下午三點半', '這支電話', 'ana@example.com', '是']],
];

async function scripted(
  folders: { dialogsDir: string; localesDir: string },
  conversations: typeof SAMPLE,
): Promise<Contestant> {
  const actions = sampleActions;
  const options = { ...folders, defaultLanguage: 'en', actionNames: Object.keys(actions) };
  const bot = createScriptBot({ ...(await loadScripts(options)), actions });
  const adapter = new TeleSignAdapter({ inOrder: () => Promise.reject(new Error('not in this bench')) });
  // A Monday; each conversation has a day of its own, so that what was said on another is not remembered.
  let at = Date.UTC(2026, 11, 7, 9);
  return async (turns) => {
    let done = 0;
    for (let n = 0; done < turns; n += 1) {
      const [locale, texts] = conversations[n % conversations.length] ?? ['en', []];
      const about = { id: 'a-b', channelId: 'default', number: '15550109999', customer: '15550100001' };
      let [botState, hidden, session]: [string | null, string | null, number] = [null, null, 1];
      at += 60_000;
      for (const [m, text] of texts.entries()) {
        const output = await adapter.runTurn(
          {
            conversation: { ...about, session, locale, timeZone: 'America/New_York' },
            queue: { id: 'support', isOpen: true, opens: null, holiday: null, waiting: null },
            activity: { type: 'message', id: `in:${n}:${m}`, text, at },
            botState,
            hidden,
          },
          (context) => bot.run(context),
        );
        if (output.texts.length === 0) throw new Error(`No answer to ${text}.`);
        botState = output.botState;
        hidden = output.hidden ? output.hidden.state : hidden;
        if (output.ended || output.handoff) session += 1;
        done += 1;
      }
    }
    return done;
  };
}

/** Sends nothing anywhere. */
class SilentAdapter extends BotAdapter {
  override async sendActivities(
    _: TurnContext,
    activities: Partial<Activity>[],
  ): Promise<ResourceResponse[]> {
    return activities.map(() => ({ id: '' }));
  }
  override async updateActivity(): Promise<void> {}
  override async deleteActivity(): Promise<void> {}
  override async continueConversation(): Promise<void> {}
  run(activity: Partial<Activity>, logic: (context: TurnContext) => Promise<void>): Promise<void> {
    return this.runMiddleware(new TurnContext(this, activity), logic);
  }
}

function waterfalls(): Contestant {
  const storage = new MemoryStorage();
  const conversationState = new ConversationState(storage);
  const userState = new UserState(storage);
  const dialogs = new HarbourShopDialogs(conversationState.createProperty<DialogState>('dialogs'), userState);
  const adapter = new SilentAdapter();
  return async (turns) => {
    let done = 0;
    for (let n = 0; done < turns; n += 1) {
      for (const { text } of EXCHANGES) {
        const party = { id: `1557${n % 1000}`, name: '' };
        const activity: Partial<Activity> = {
          ...{
            type: ActivityTypes.Message,
            id: `${n}`,
            text,
            channelId: 'telesign-sms',
            locale: 'en',
            from: party,
          },
          ...{ recipient: { id: '15550109999', name: '' }, serviceUrl: 'https://sms.example' },
          conversation: { id: `15550109999-${party.id}`, isGroup: false, conversationType: '', name: '' },
        };
        await adapter.run(activity, async (context) => {
          await dialogs.run(context);
          await conversationState.saveChanges(context);
          await userState.saveChanges(context);
        });
        done += 1;
      }
    }
    return done;
  };
}

const contestants: readonly (readonly [name: string, run: Contestant])[] = [
  ['sample bot', await scripted({ dialogsDir: 'dialogs', localesDir: 'locales' }, SAMPLE)],
  [
    'sample bot, days and times in words',
    await scripted({ dialogsDir: 'dialogs', localesDir: 'locales' }, IN_WORDS),
  ],
  [
    'dialog of the bench',
    await scripted({ dialogsDir: 'bench/dialogs', localesDir: 'bench/locales' }, [
      ['en', EXCHANGES.map(({ text }) => text)],
    ]),
  ],
  ['the same, plain waterfalls', waterfalls()],
];

const figures = new Map<string, number[]>(contestants.map(([name]) => [name, []]));
for (const [, run] of contestants) await run(TURNS);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, run] of contestants) {
    const before = process.cpuUsage();
    const turns = await run(TURNS);
    const { user, system } = process.cpuUsage(before);
    figures.get(name)?.push((user + system) / 1000 / turns);
  }
}
const medians = [...figures].map(([name, times]) => {
  const sorted = [...times].sort((a, b) => a - b);
  return { name, cpuMs: sorted[Math.floor(sorted.length / 2)] ?? 0 };
});
console.log(JSON.stringify(medians));
