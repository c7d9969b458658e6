import { randomBytes, randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import { createAccounts } from './app-account.ts';
import { type BotOptions, loadBot, serviceWords } from './app-bot.ts';
import { createCallbacks } from './app-callbacks.ts';
import { createAppDesk } from './app-desk.ts';
import { createDrawing } from './app-drawing.ts';
import { createExpiry } from './app-expiry.ts';
import { createMediaFetcher } from './app-media.ts';
import { sendLimits } from './app-pacing.ts';
import { DEFAULT_QUEUE, seedOf } from './app-seed.ts';
import { createAppSends } from './app-sends.ts';
import { createTranslation } from './app-translation.ts';
import { createAppTurns } from './app-turns.ts';
import { createAppWebhooks } from './app-webhooks.ts';
import { readConsoleTexts } from './bot/console-texts.ts';
import { notesIn } from './bot/published-bot.ts';
import { ENVIRONMENT_CHANNEL } from './channels/channels.ts';
import { resealAll } from './channels/reseal.ts';
import { readConfig } from './config.ts';
import { createNewsSource } from './conversations/news.ts';
import { takeUp } from './conversations/recover.ts';
import { createSettings } from './conversations/settings.ts';
import { createDialogHttp } from './dialog-http.ts';
import { createLimits } from './http/limits.ts';
import { createServer } from './http/server.ts';
import { listen } from './listen.ts';
import { createLog, type Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createSeal } from './seal.ts';
import { plantQueues, plantSeed } from './seed.ts';
import { createOpenId } from './sign-in/open-id.ts';
import { openStore } from './store/open.ts';
import { hostBot, TeleSignAdapter } from './telesign/adapter.ts';
import { splitText } from './telesign/text.ts';
import type { Translate } from './translation/translation.ts';
import { createWake } from './wake.ts';
import { createSubscriptions } from './webhooks/subscriptions.ts';
import { createClockWatch } from './workers/clock-watch.ts';
import { createDialogWatch } from './workers/dialog-watch.ts';
import { createLevelWatch } from './workers/level-watch.ts';
import { createLookAnew } from './workers/look-anew.ts';
import { createSettingsReader } from './workers/settings-reader.ts';
import { createStillness } from './workers/stillness.ts';

export interface AppOptions extends BotOptions {
  /** The settings; `process.env` in a real service. */
  env: Record<string, string | undefined>;
  /** Translates texts for agents; what `TRANSLATE_URL` leads to when left out. */
  translate?: Translate;
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
  /** Makes live what lies in the folder of dialogs. Never rejects for a mistake in it: the log tells it. */
  publishDialogs(): Promise<void>;
}

/**
 * Puts the service together. Nothing listens and nothing is sent before `start`.
 *
 * @throws SwitchboardError `settings_invalid`, `dialogs_invalid`, or one of the store's codes.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const config = readConfig(options.env);
  const log = options.log ?? createLog(config.logLevel, { foreignMessages: config.telesign === undefined });
  // Only demo mode sets it forward: designers need not wait for what falls due.
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const random = Math.random;
  const randomToken = () => randomBytes(24).toString('base64url');
  const dialogHttp = createDialogHttp(config);
  const botOf = await loadBot(options, config, {
    log,
    now,
    http: dialogHttp,
    missingText: (language) => metrics.missingText(language),
    queuesNamed: (queues) => plantQueues(store, queues, now()),
  });
  const consoleTexts = await readConsoleTexts(config.localesDir, {
    defaultLanguage: config.defaultLanguage,
    onProblem: (problem) => log.warn(problem, 'a text of the console is not taken'),
  });
  const store = await openStore({
    mongodbUri: config.mongodbUri,
    databaseSuffix: config.databaseSuffix,
    dataDir: config.dataDir,
    onUnindexed: 'warn',
    log,
  });
  const { bot, texts, queues, dialogs } = botOf(store);
  const metrics = createMetrics({ store, now });
  const changes = createWake();
  const sleep = createWake().wait;
  const stillness = createStillness({ store, now, sleep });
  const dispatcher = new Agent({ connections: 64 });
  let url = '';
  const adminToken = config.adminToken ?? randomToken();
  const accounts = createAccounts(config, {
    store,
    adminToken,
    url: () => url,
    randomToken,
    randomId: randomUUID,
    now,
    advance: (time) => {
      ahead += time;
      stillness.wake();
    },
    random,
    dispatcher,
    log,
  });
  const { demo, channels } = accounts;
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
    outside.newsCame();
  };

  const words = serviceWords(texts);
  const common = {
    store,
    now,
    news,
    log,
    sleep,
    restOf: stillness.restOf,
    split: splitText,
    settings,
    automatedText: words.automatedText,
    queued(messageIds: string[]) {
      for (const id of messageIds) sends.hint(id);
      changed();
    },
  };
  const { sends, notices, untold, undelivered } = createAppSends(config, {
    ...common,
    channels,
    metrics,
    random,
    botWants: () => bot.wantsUndelivered?.() ?? false,
    due: (conversationId) => turns.hint(conversationId),
    blocked: (message, code) => optouts.blocked(message, code),
    changed,
  });
  const adapter = new TeleSignAdapter({ inOrder: (conversationId, bot) => turns.ask(conversationId, bot) });
  const turns = createAppTurns(config, {
    ...common,
    bot: hostBot(adapter, bot),
    words,
    random,
    asksWaiting: () => bot.asksWaiting?.() ?? false,
    randomId: randomUUID,
    metrics,
    changed,
  });
  const expiry = createExpiry(common);
  const levelWatch = createLevelWatch({ ...common, wants: subscriptions.wants, randomId: randomUUID });
  const readSettings = async () => {
    await settings.read();
    await channels.read();
    await subscriptions.read();
  };
  const settingsReader = createSettingsReader({
    ...common,
    async read() {
      await readSettings();
      await dialogs?.library.read();
      stillness.changed('settings');
    },
  });
  const lookAnew = createLookAnew(common);
  const clockWatch = createClockWatch({ ...common, steady: () => performance.now(), stillness });
  const dialogWatch =
    demo && dialogs && createDialogWatch({ ...common, publishChanges: dialogs.folder.publishChanges });
  const outside = createAppWebhooks(config, {
    ...common,
    metrics,
    subscriptions,
    random,
    randomId: randomUUID,
    randomBytes,
  });
  const { desk, optouts, offers, absences } = createAppDesk({
    ...common,
    lacks: (target, from) => bot.lacks?.(target, from),
    due(conversationId, rests) {
      if (!rests) turns.hint(conversationId);
      outside.newsCame();
    },
  });

  const mediaFetcher = createMediaFetcher(config);
  const translation = createTranslation(config, options.translate);
  const callbacks = createCallbacks({
    ...common,
    consentWord: words.consentWord,
    undelivered,
    optouts,
    received(conversationId) {
      turns.hint(conversationId);
      changes.wake();
    },
    changed,
  });
  const { server, close } = createServer({
    store,
    desk,
    optouts,
    settings,
    webhooks: outside.webhooks,
    dialogs,
    notesIn,
    now,
    sleep: common.sleep,
    randomToken,
    randomId: randomUUID,
    log,
    metrics,
    changes,
    drawDialogs: dialogs && createDrawing(dialogs.library.current),
    channels,
    sendLimits: (account, number) => sendLimits(config.rates, account, number),
    words,
    defaultLanguage: config.defaultLanguage,
    console: { secure: config.publicUrl?.startsWith('https:') ?? false, texts: consoleTexts },
    reseal: () => resealAll(store, (purpose) => createSeal(config.secretKeys, purpose)),
    media: {
      fetch: mediaFetcher.fetchMedia,
      linkOf: (token) => `${config.publicUrl ?? url}/f/${token}`,
    },
    translate: translation.translate,
    limits: createLimits(config),
    openId: config.openId && createOpenId({ ...config.openId, fetch, now }),
    ...callbacks,
    ready: async () => {
      await store.ping();
      return true;
    },
  });
  demo?.mount(server);

  const loops = [
    ...[turns, sends, notices, untold, settingsReader, lookAnew],
    ...[offers, absences, levelWatch, clockWatch],
  ];
  const seed = seedOf(config, { queues, adminToken, demo: demo?.seed });

  return {
    adapter,
    log,
    async start() {
      if (!config.mongodbUri) await takeUp(store, now());
      const kept = await plantSeed(store, seed, now());
      await readSettings();
      await dialogs?.library.start(config.mongodbUri === undefined);
      url = await listen(server, config.port, config.host);
      for (const loop of loops) loop.start();
      expiry.start();
      outside.start();
      dialogWatch?.start();
      log.info({ url, store: config.mongodbUri ? 'mongodb' : 'embedded', demo: demo !== undefined }, 'ready');
      return {
        url,
        notes: demo?.notes(url, kept) ?? [
          `Callback URL for TeleSign: ${channels.callbackUrl(ENVIRONMENT_CHANNEL)}`,
        ],
      };
    },
    async publishDialogs() {
      try {
        await dialogs?.folder.publish('signal');
      } catch (error) {
        log.error({ err: error }, 'the dialogs in the folder are not published');
      }
    },
    async stop() {
      await demo?.emulator.stop();
      await close();
      await Promise.all([turns.stop(), expiry.stop(), settingsReader.stop(), dialogWatch?.stop()]);
      await Promise.all([offers.stop(), absences.stop()]);
      await Promise.all([lookAnew.stop(), levelWatch.stop(), clockWatch.stop()]);
      await Promise.all([sends.stop(), notices.stop()]);
      await untold.stop();
      await outside.stop();
      await dialogHttp.close();
      await Promise.all([dispatcher.close(), mediaFetcher.close(), translation.close(), accounts.close()]);
      await store.close();
    },
  };
}
