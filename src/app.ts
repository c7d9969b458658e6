import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { TurnContext } from 'botbuilder-core';
import type { Server } from 'restify';
import { Agent } from 'undici';
import { automatedText } from './bot/automated-text.ts';
import { createScriptBot } from './bot/bot.ts';
import { loadScripts, loadTexts } from './bot/load.ts';
import { sampleActions } from './bot/sample-actions.ts';
import type { Action } from './bot/script-dialog.ts';
import { queueWord, surveyScore } from './bot/service-words.ts';
import { systemText } from './bot/system-texts.ts';
import type { Texts } from './bot/texts.ts';
import type { ReturnCheck } from './bot-turn.ts';
import { type Config, readConfig } from './config.ts';
import { noteAbsence } from './conversations/absence.ts';
import { createDesk } from './conversations/desk.ts';
import { receive } from './conversations/inbox.ts';
import { createNewsSource } from './conversations/news.ts';
import { SEND_TIMEOUT } from './conversations/outbox.ts';
import { applyReceipt } from './conversations/receipts.ts';
import { takeUp } from './conversations/recover.ts';
import { createSettings } from './conversations/settings.ts';
import { createDemo, type Demo } from './demo.ts';
import type { Channel } from './http/parts.ts';
import { createServer } from './http/server.ts';
import { listenError } from './listen-error.ts';
import { createLog, type Logger, maskedId } from './log.ts';
import { createMetrics } from './metrics.ts';
import { plantSeed, type Seed } from './seed.ts';
import { openStore } from './store/open.ts';
import { hostBot, TeleSignAdapter } from './telesign/adapter.ts';
import { createTeleSignClient, type TeleSignClient } from './telesign/client.ts';
import { exchange } from './telesign/exchange.ts';
import { receiptEffect } from './telesign/status.ts';
import { countSegments, splitText } from './telesign/text.ts';
import { createWake } from './wake.ts';
import { LOOPBACK, publicLookup, urlProblem } from './webhooks/address.ts';
import { POST_TIMEOUT, type Post } from './webhooks/deliver.ts';
import { createSeal } from './webhooks/seal.ts';
import { createSubscriptions } from './webhooks/subscriptions.ts';
import { createWebhooks } from './webhooks/webhooks.ts';
import { createAbsences } from './workers/absences.ts';
import { createDeliveries } from './workers/deliveries.ts';
import { createEventExpiry } from './workers/event-expiry.ts';
import { createHousekeeping } from './workers/housekeeping.ts';
import { createLevelWatch } from './workers/level-watch.ts';
import { createOffers } from './workers/offers.ts';
import { createPublisher, NEWS } from './workers/publisher.ts';
import { createSends } from './workers/sends.ts';
import { createSettingsReader } from './workers/settings-reader.ts';
import { createTurns } from './workers/turns.ts';

interface Hosted {
  run(context: TurnContext): Promise<void>;
  /** Without it, agents may name any dialog and step when they give a conversation back. */
  lacks?: ReturnCheck;
  /** It hears of its handoffs by events `handoff.status`. */
  wantsStatus?: boolean;
}

export interface AppOptions {
  /** The settings; `process.env` in a real service. */
  env: Record<string, string | undefined>;
  /** What the `action` steps of dialogs call, by name; those of the sample shop when left out. */
  actions?: { readonly [name: string]: Action };
  /** A Bot Framework bot that answers instead of the dialogs, such as an `ActivityHandler`. */
  bot?: Hosted;
  log?: Logger;
}

export interface App {
  /** Hosts the bot: for middleware and `continueConversationAsync`. */
  readonly adapter: TeleSignAdapter;
  readonly log: Logger;
  /** Resolves when the service takes callbacks. `notes` tell an operator what is where. */
  start(): Promise<{ url: string; notes: string[] }>;
  /** Takes nothing new, finishes what is in hand, closes the store. */
  stop(): Promise<void>;
}

interface Account {
  customerId: string;
  apiKey: string;
  /** Undefined = no key is being rotated. */
  previousApiKey?: string | undefined;
  auth: 'hmac' | 'basic';
  /** Undefined = this service's own address, where the emulator is. */
  apiUrl?: string;
  /** Digits. */
  numbers: string[];
}

/** The channel and the workstream that the settings make. */
const DEFAULT = 'default';
const DEFAULT_QUEUE = 'support';

/**
 * Puts the service together. Nothing listens and nothing is sent before `start`.
 *
 * @throws SwitchboardError `settings_invalid`, `dialogs_invalid`, or one of the store's codes.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const config = readConfig(options.env);
  const log = options.log ?? createLog(config.logLevel);
  const now = Date.now;
  const random = Math.random;
  const randomToken = () => randomBytes(24).toString('base64url');
  const { texts, bot, queues } = await loadBot(options, config, log, (language) =>
    metrics.missingText(language),
  );
  const store = await openStore({
    mongodbUri: config.mongodbUri,
    databaseSuffix: config.databaseSuffix,
    dataDir: config.dataDir,
    onUnindexed: 'warn',
    log,
  });
  const metrics = createMetrics({ store, now });
  const changes = createWake();
  const dispatcher = new Agent({ connections: 64 });
  let url = '';
  const adminToken = config.adminToken ?? randomToken();
  const callbackUrl = () => `${config.publicUrl ?? url}/callbacks/telesign/${DEFAULT}`;
  let demo: Demo | undefined;
  let account: Account;
  if (config.telesign) {
    account = { ...config.telesign, numbers: config.telesign.numbers.map(({ number }) => number) };
  } else {
    const local = () => `${url}/callbacks/telesign/${DEFAULT}`;
    // The same in every process that has the admin's, and at each start.
    const agentToken = createHmac('sha256', adminToken).update('sample agent').digest('base64url');
    demo = createDemo({
      adminToken,
      agentToken,
      randomToken,
      now,
      random,
      dispatcher,
      log,
      callbackUrl: local,
    });
    account = demo.account;
  }
  let telesign: TeleSignClient | undefined;
  const client = () => {
    // The emulator's address is this server's own, known once it listens.
    telesign ??= createTeleSignClient({
      ...account,
      apiUrl: account.apiUrl ?? url,
      dispatcher,
      now,
      nonce: randomUUID,
      timeout: SEND_TIMEOUT,
    });
    return telesign;
  };
  const subscriptions = createSubscriptions(store);
  const news = createNewsSource({
    wants: subscriptions.wants,
    botWantsStatus: bot.wantsStatus ?? false,
    randomId: randomUUID,
    now,
  });
  const settings = createSettings(
    store,
    { language: config.defaultLanguage, queueId: DEFAULT_QUEUE },
    (workstream, error) => log.error({ err: error, workstream }, 'its rules are wrong: none of them counts'),
  );

  /** Something was committed: whoever follows it need not wait for the next look. */
  const changed = () => {
    changes.wake();
    publisher.hint(NEWS);
  };

  const common = {
    store,
    now,
    news,
    log,
    sleep: createWake().wait,
    split: splitText,
    settings,
    automatedText: automatedText(texts),
    queued(messageIds: string[]) {
      for (const id of messageIds) sends.hint(id);
      changed();
    },
  };
  const sends = createSends({
    ...common,
    random,
    send: (message) => client().send(message),
    sent({ status, duration }) {
      metrics.send(status, duration);
      changed();
    },
  });
  const adapter = new TeleSignAdapter({ inOrder: (conversationId, bot) => turns.ask(conversationId, bot) });
  const turns = createTurns({
    ...common,
    bot: hostBot(adapter, bot),
    random,
    systemText: (locale, key) => systemText(texts, locale, key),
    queueWord: queueWord(texts),
    surveyScore: surveyScore(texts),
    randomId: randomUUID,
    worked({ kind, outcome, duration }) {
      metrics.turn(kind, outcome, duration);
      changed();
    },
    botFailed(error, conversationId) {
      log.error({ err: error, conversation: maskedId(conversationId) }, 'the bot failed: a person is asked');
    },
    untaken({ _id, queueId }) {
      metrics.untaken();
      log.warn({ conversation: maskedId(_id), queue: queueId }, 'nobody has taken a handoff in time');
    },
    missed: (agentId) => noteAbsence(common, agentId, 'offer_missed'),
  });
  const housekeeping = createHousekeeping(common);
  const levelWatch = createLevelWatch(common);
  const settingsReader = createSettingsReader({
    ...common,
    async read() {
      await settings.read();
      await subscriptions.read();
    },
  });
  const trusted = [...config.webhookHosts, ...(config.telesign ? [] : LOOPBACK)];
  const webhookDispatcher = new Agent({ connections: 16, connect: { lookup: publicLookup(trusted) } });
  const post: Post = async ({ url: to, headers, body }) => {
    // The settings may have changed since the webhook was saved, and a lookup is not asked about an address.
    if (urlProblem(to, trusted) !== undefined) return { failed: 'not_allowed' };
    const { origin, pathname, search } = new URL(to);
    const answer = await exchange(webhookDispatcher, {
      origin,
      path: pathname + search,
      method: 'POST',
      headers,
      body,
      timeout: POST_TIMEOUT,
    });
    return answer.result === 'answered' ? { status: answer.status } : { failed: answer.reason };
  };
  const outside = { ...common, subscriptions, seal: createSeal(config.secretKey), post, trusted };
  const deliveries = createDeliveries({
    ...outside,
    random,
    gone: ({ _id }) =>
      log.warn({ webhook: _id }, 'a webhook is turned off: its receiver says that it is gone'),
  });
  const publisher = createPublisher({
    ...outside,
    randomId: randomUUID,
    published(webhookIds) {
      for (const id of webhookIds) deliveries.hint(id);
    },
  });
  const eventExpiry = createEventExpiry(common);
  const webhooks = createWebhooks({
    ...outside,
    randomId: randomUUID,
    randomBytes,
    due() {
      for (const { _id } of subscriptions.all()) deliveries.hint(_id);
    },
  });
  const due = (conversationId: string) => {
    turns.hint(conversationId);
    offers.hint();
    publisher.hint(NEWS);
  };
  const offers = createOffers({ ...common, due });
  const absences = createAbsences({ ...common, due });
  const desk = createDesk({
    ...common,
    due,
    rejected: (agentId) => noteAbsence(common, agentId, 'offer_rejected'),
    lacks: (target, from) => bot.lacks?.(target, from),
  });

  const channel: Channel = {
    id: DEFAULT,
    customerId: account.customerId,
    apiKeys: [account.apiKey, ...(account.previousApiKey === undefined ? [] : [account.previousApiKey])],
    numbers: account.numbers,
  };
  const { server, close } = createServer({
    store,
    desk,
    settings,
    webhooks,
    now,
    sleep: common.sleep,
    randomToken,
    log,
    metrics,
    changes,
    channel: (id) => (id === DEFAULT ? channel : undefined),
    async receive({ id }, inbound) {
      const { segments } = countSegments(inbound.text);
      const { conversationId } = await receive(store, id, { ...inbound, segments }, now());
      turns.hint(conversationId);
      changes.wake();
    },
    async receipt({ externalId, referenceId, code, description }) {
      const { status, rank } = receiptEffect(code);
      if (externalId === null || status === null) return;
      const receipt = { externalId, providerId: referenceId, status, rank, code: String(code), description };
      const { moved, released } = await applyReceipt(store, receipt, now(), news);
      if (released !== null) sends.hint(released);
      if (moved) changed();
    },
    ready: async () => {
      await store.ping();
      return true;
    },
  });
  demo?.mount(server);

  const numbers = account.numbers;
  const seed: Seed = {
    queues: [DEFAULT_QUEUE, ...queues],
    workstreams: demo?.seed.workstreams ?? [
      { _id: DEFAULT, numbers, language: config.defaultLanguage, queueId: DEFAULT_QUEUE },
    ],
    agents: [
      {
        agent: { _id: 'admin', name: 'Administrator', role: 'admin', queues: [], languages: [] },
        token: adminToken,
      },
      ...(demo?.seed.agents ?? []),
    ],
    // A token made up at the start is this process's own, and a MongoDB may have more of them.
    keepTokens: config.adminToken === undefined && config.mongodbUri !== undefined,
  };

  return {
    adapter,
    log,
    async start() {
      if (!config.mongodbUri) await takeUp(store, now());
      const kept = await plantSeed(store, seed, now());
      await settings.read();
      await subscriptions.read();
      url = await listen(server, config.port, config.host);
      for (const loop of [turns, sends, housekeeping, settingsReader, offers, absences]) loop.start();
      for (const loop of [publisher, deliveries, eventExpiry, levelWatch]) loop.start();
      log.info({ url, store: config.mongodbUri ? 'mongodb' : 'embedded', demo: demo !== undefined }, 'ready');
      return { url, notes: demo?.notes(url, kept) ?? [`Callback URL for TeleSign: ${callbackUrl()}`] };
    },
    async stop() {
      await demo?.emulator.stop();
      await close();
      await Promise.all([turns.stop(), housekeeping.stop(), settingsReader.stop()]);
      await Promise.all([offers.stop(), absences.stop()]);
      await levelWatch.stop();
      await sends.stop();
      await publisher.stop();
      await Promise.all([deliveries.stop(), eventExpiry.stop()]);
      await Promise.all([dispatcher.close(), webhookDispatcher.close()]);
      await store.close();
    },
  };
}

/** The bot that answers and the service's own texts: from the dialog files, or the program's own. */
async function loadBot(
  options: AppOptions,
  { dialogsDir, localesDir, localesDirIsSet, defaultLanguage }: Config,
  log: Logger,
  missingText: (language: string) => void,
): Promise<{ bot: Hosted; texts: Texts; queues: readonly string[] }> {
  const files = {
    localesDir,
    defaultLanguage,
    onMissingText: ({ language }: { language: string }) => missingText(language),
    onUntranslated: (untranslated: object) =>
      log.warn(untranslated, `texts of system.json are missing: those of ${defaultLanguage} stand in`),
  };
  if (options.bot) {
    const texts = await loadTexts({ ...files, mayLackDir: !localesDirIsSet });
    return { bot: options.bot, texts, queues: [] };
  }
  const actions = options.actions ?? sampleActions;
  const { scripts, texts } = await loadScripts({ ...files, dialogsDir, actionNames: Object.keys(actions) });
  const bot = createScriptBot({ scripts, texts, actions, log });
  return { bot, texts, queues: bot.queues };
}

/** Resolves with the address under which this machine reaches the server. Rejects with `settings_invalid`. */
function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => reject(listenError(error, { port: 'PORT', host: 'HOST' }));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.removeListener('error', refuse);
      const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
      resolve(`http://${name.includes(':') ? `[${name}]` : name}:${server.address().port}`);
    });
  });
}
