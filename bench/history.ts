import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScriptBot } from '../src/bot/bot.ts';
import { dialogSetId, readDialogFiles } from '../src/bot/dialog-files.ts';
import { compileScripts } from '../src/bot/load.ts';
import { publishedBot } from '../src/bot/published-bot.ts';
import { receive } from '../src/conversations/inbox.ts';
import { sendOut } from '../src/conversations/outbox.ts';
import { createSettings } from '../src/conversations/settings.ts';
import { workOff } from '../src/conversations/turn.ts';
import type { ConversationDoc, MessageDoc, SessionDoc, Store } from '../src/store/documents.ts';
import { openEmbeddedStore } from '../src/store/embedded.ts';
import { hostBot, TeleSignAdapter } from '../src/telesign/adapter.ts';
import { splitText } from '../src/telesign/text.ts';
import { ACCOUNT } from './account.ts';
import { EXCHANGES, SUPPORT_NUMBER } from './conversation-script.ts';

/** What the store holds of one customer after some texts of the script. */
export interface Snapshot {
  conversation: ConversationDoc;
  /** The last text and its reply. */
  messages: MessageDoc[];
  /** Of the session that has ended, if it has. */
  session: SessionDoc | null;
}

export interface HistoryParts {
  dialogsDir: string;
  localesDir: string;
  customer: string;
  /** TeleSign's id of the text with this place in the script. */
  referenceId: (n: number) => string;
  /** Milliseconds. */
  now: number;
}

/**
 * The snapshots of a customer who goes through the script, made by the service's own inbox, bot, turn and outbox on a
 * store of their own. The first is that after the whole script, the second that after one text, and so on.
 */
export async function historyOf(parts: HistoryParts): Promise<Snapshot[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-history-'));
  const store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw' });
  try {
    const snapshots = await snapshotsIn(store, parts);
    return [...snapshots.slice(-1), ...snapshots.slice(0, -1)];
  } finally {
    await store.close();
    await rm(dataDir, { recursive: true });
  }
}

async function snapshotsIn(store: Store, parts: HistoryParts): Promise<Snapshot[]> {
  const files = await readDialogFiles(parts);
  const made = await compileScripts(files, { defaultLanguage: 'en', actionNames: [] });
  const set = { id: dialogSetId(files), ...made, bot: createScriptBot({ ...made, actions: {} }) };
  const bot = hostBot(
    new TeleSignAdapter({ inOrder: () => Promise.reject(new Error('not here')) }),
    publishedBot({ current: () => set, atHand: () => set, find: async () => set }),
  );
  let [clock, leases] = [parts.now, 0];
  const now = () => ++clock;
  const queued: string[] = [];
  const common = { store, now, queued: (ids: string[]) => void queued.push(...ids) };
  const turns = {
    ...common,
    bot,
    split: (text: string) => splitText(text),
    systemText: () => '',
    settings: createSettings(store, { language: 'en', queueId: 'support' }),
    automatedText: () => '',
    queueWord: () => null,
    surveyScore: () => null,
    moodOf: () => 0,
    stopWish: () => false,
    answeredByProvider: () => false,
    missed: async () => {},
    random: () => 0,
    randomId: () => `lease-${leases++}`,
    worked: () => {},
    untaken: () => {},
    muted: () => {},
    asksWaiting: () => false,
    lacksQueue: () => {},
    botFailed(error: unknown) {
      throw error;
    },
  };
  const outbox = {
    ...common,
    random: () => 0,
    sent: () => {},
    undelivered: () => {},
    blocked: async () => {},
    send: async () => ({
      outcome: 'accepted' as const,
      referenceId: '0'.repeat(32),
      code: 290,
      description: 'Message in progress',
    }),
  };
  const conversationId = `${SUPPORT_NUMBER}-${parts.customer}`;
  const snapshots: Snapshot[] = [];
  for (const [n, { text, reply }] of EXCHANGES.entries()) {
    const referenceId = parts.referenceId(n);
    const inbound = {
      referenceId,
      from: parts.customer,
      to: SUPPORT_NUMBER,
      text,
      segments: 1,
      provider: {},
    };
    await receive(store, ACCOUNT.channelId, inbound, now());
    await workOff(turns, conversationId);
    for (const id of queued.splice(0)) await sendOut(outbox, id);
    const conversation = await store.conversations.findOne({ _id: conversationId });
    const messages = await store.messages
      .find({ conversationId }, { sort: { at: 1, sequence: 1 } })
      .toArray();
    if (!conversation || messages.at(-1)?.text !== reply) {
      throw new Error(`The bot does not keep to the script: ${JSON.stringify(messages.at(-1)?.text)}`);
    }
    const session = await store.sessions.findOne({ _id: `${conversationId}:1` });
    snapshots.push({ conversation, messages: messages.slice(-2), session });
  }
  return snapshots;
}
