import type { TurnContext } from 'botbuilder-core';
import type { Action } from './bot/action-step.ts';
import { automatedText } from './bot/automated-text.ts';
import { createScriptBot } from './bot/bot.ts';
import { consentWord, stopWish } from './bot/consent-words.ts';
import { type DialogFiles, dialogSetId, readDialogFiles } from './bot/dialog-files.ts';
import { hostsOf } from './bot/http-step.ts';
import { compileScripts, loadTexts } from './bot/load.ts';
import { moodOf } from './bot/mood-words.ts';
import { type DialogSet, publishedBot } from './bot/published-bot.ts';
import { sampleActions } from './bot/sample-actions.ts';
import { queueWord } from './bot/service-words.ts';
import { surveyScore } from './bot/survey-words.ts';
import { type SystemTextKey, systemText } from './bot/system-texts.ts';
import type { Texts, Values } from './bot/texts.ts';
import type { ReturnCheck } from './bot-turn.ts';
import type { Config } from './config.ts';
import type { DialogHttp } from './dialog-http.ts';
import type { Logger } from './log.ts';
import { createDialogFolder, type DialogFolder } from './publishing/dialog-folder.ts';
import { createDialogLibrary, type DialogLibrary } from './publishing/dialog-library.ts';
import type { Store } from './store/documents.ts';

export interface Hosted {
  run(context: TurnContext): Promise<void>;
  /** Without it, agents may name any dialog and step when they give a conversation back. */
  lacks?: ReturnCheck;
  /** It hears of its handoffs by events `handoff.status`. */
  wantsStatus?: boolean;
  /** Whether it hears, by events `undelivered`, of its texts that have not reached the customer. */
  wantsUndelivered?: () => boolean;
  /** Whether `queue.waiting` of its turns is counted. */
  asksWaiting?: () => boolean;
}

export interface BotOptions {
  /** What the `action` steps of dialogs call, by name; those of the sample shop when left out. */
  actions?: { readonly [name: string]: Action };
  /** A Bot Framework bot that answers instead of the dialogs, such as an `ActivityHandler`. */
  bot?: Hosted;
}

/** The bot that answers, and the service's own texts. */
export interface LoadedBot {
  bot: Hosted;
  /** Those of the set that is live. */
  texts: () => Texts;
  /** Queues that it hands over to. */
  queues: readonly string[];
  /** Undefined when a program is the bot. */
  dialogs: { library: DialogLibrary; folder: DialogFolder } | undefined;
}

export interface LoadParts {
  log: Logger;
  now: () => number;
  missingText: (language: string) => void;
  /** Told of the queues of each set that goes live, before it does. */
  queuesNamed: (queues: readonly string[]) => Promise<void>;
  /** What requests of dialogs go through. */
  http: DialogHttp;
}

/**
 * Reads the bot's files; what they come to needs the store that sets are published in. Throws `dialogs_invalid`, so
 * that a mistake is told before anything is opened.
 */
export async function loadBot(
  { bot, actions = sampleActions }: BotOptions,
  { dialogsDir, localesDir, localesDirIsSet, defaultLanguage }: Config,
  { log, now, missingText, queuesNamed, http }: LoadParts,
): Promise<(store: Store) => LoadedBot> {
  const options = {
    defaultLanguage,
    onMissingText: ({ language }: { language: string }) => missingText(language),
    onUntranslated: (untranslated: object) =>
      log.warn(untranslated, `texts of system.json are missing: those of ${defaultLanguage} stand in`),
  };
  if (bot) {
    const texts = await loadTexts({ ...options, localesDir, mayLackDir: !localesDirIsSet });
    return () => ({ bot, texts: () => texts, queues: [], dialogs: undefined });
  }
  const folders = { dialogsDir, localesDir };
  // Of any set: sessions go on with the one that they began with.
  let asksWaiting = false;
  const compile = async (files: DialogFiles): Promise<DialogSet> => {
    const made = await compileScripts(files, { ...options, actionNames: Object.keys(actions) });
    asksWaiting ||= made.scripts.asksWaiting;
    return { id: dialogSetId(files), ...made, bot: createScriptBot({ ...made, actions, http, log }) };
  };
  const tellRefused = ({ scripts }: DialogSet) => {
    const hosts = hostsOf(scripts.dialogs.values()).filter((host) => !http.allows(host));
    if (hosts.length === 0) return;
    log.warn({ hosts }, 'dialogs ask hosts that DIALOG_HTTP_HOSTS does not name: all such requests fail');
  };
  const files = await readDialogFiles(folders);
  const set = await compile(files);
  tellRefused(set);
  return (store) => {
    const library = createDialogLibrary({
      store,
      first: { files, set },
      compile,
      shownAs: files.shownAs,
      goesLive(live) {
        tellRefused(live);
        return queuesNamed(live.scripts.queues);
      },
      now,
      log,
    });
    return {
      bot: {
        ...publishedBot(library),
        wantsUndelivered: () => library.current().scripts.undelivered !== undefined,
        asksWaiting: () => asksWaiting,
      },
      texts: () => library.current().texts,
      queues: set.scripts.queues,
      dialogs: { library, folder: createDialogFolder(folders, library) },
    };
  };
}

/** What the service itself says and understands, in the words of the texts that are live. */
export function serviceWords(texts: () => Texts) {
  const make = (live: Texts) => ({
    of: live,
    automatedText: automatedText(live),
    queueWord: queueWord(live),
    surveyScore: surveyScore(live),
    moodOf: moodOf(live),
    consentWord: consentWord(live),
    stopWish: stopWish(live),
  });
  let made = make(texts());
  const words = () => {
    const live = texts();
    if (made.of !== live) made = make(live);
    return made;
  };
  return {
    systemText: (locale: string, key: SystemTextKey, values?: Values) =>
      systemText(texts(), locale, key, values),
    automatedText: (...told: Parameters<ReturnType<typeof automatedText>>) => words().automatedText(...told),
    queueWord: (locale: string, text: string) => words().queueWord(locale, text),
    surveyScore: (locale: string, text: string) => words().surveyScore(locale, text),
    moodOf: (locale: string, text: string) => words().moodOf(locale, text),
    consentWord: (text: string, tagged?: unknown) => words().consentWord(text, tagged),
    stopWish: (text: string) => words().stopWish(text),
  };
}
