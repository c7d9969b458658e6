import { createAccounts } from './app-account.ts';
import { createTranslation } from './app-translation.ts';
import { dialogSetId, readDialogFiles } from './bot/dialog-files.ts';
import { compileScripts } from './bot/load.ts';
import { sampleActions } from './bot/sample-actions.ts';
import { ENVIRONMENT_CHANNEL } from './channels/channels.ts';
import { type Config, readConfig } from './config.ts';
import { type Finding, isOurs } from './doctor-finding.ts';
import { lookAtCallbackUrl, lookAtClock, lookForService, type NetworkParts } from './doctor-network.ts';
import { lookAtDisk, lookAtStore, openedStore, taken } from './doctor-store.ts';
import { createLog, describeCauses } from './log.ts';
import type { Store } from './store/documents.ts';
import type { Verdict } from './telesign/verdict.ts';

export interface DoctorParts extends NetworkParts {
  env: Record<string, string | undefined>;
  /** A new UUID each time. */
  randomId: () => string;
}

/** Verdicts that say nothing against the account. */
const HARMLESS: readonly Verdict['verdict'][] = ['good', 'rate_limited'];

/** Looks at all that the service needs, beside one that runs or instead of one. Sends no text. */
export async function* examine(parts: DoctorParts): AsyncGenerator<Finding, void> {
  const config = readSettings(parts.env);
  if ('level' in config) return yield config;
  yield {
    level: 'ok',
    what: 'settings',
    text: config.telesign ? 'complete' : 'demo mode: there is no TeleSign account',
  };
  yield await lookAtDialogs(config);
  const running = await lookForService(parts, config);
  yield running.finding;
  const store = await openedStore(config);
  if ('level' in store) {
    yield store.level === 'fail' && running.answers && store.isTaken ? taken(config) : store;
  } else {
    try {
      yield await lookAtStore(store);
      if (config.mongodbUri === undefined) yield await lookAtDisk(config.dataDir);
      if (config.telesign) yield* lookAtAccounts(parts, config, store);
    } finally {
      await store.close();
    }
  }
  if (config.telesign) {
    yield await lookAtClock(parts, config.telesign.apiUrl);
    yield await lookAtCallbackUrl(parts, config, running.answers);
  }
  if (config.translation) yield await lookAtTranslation(config);
}

function readSettings(env: DoctorParts['env']): Config | Finding {
  try {
    return readConfig(env);
  } catch (error) {
    const text = error instanceof Error ? error.message : 'cannot be read';
    return { level: 'fail', what: 'settings', text, todo: '.env.example explains each.' };
  }
}

async function lookAtDialogs({ dialogsDir, localesDir, defaultLanguage }: Config): Promise<Finding> {
  const what = 'dialogs';
  try {
    const files = await readDialogFiles({ dialogsDir, localesDir });
    const untranslated: object[] = [];
    const { texts } = await compileScripts(files, {
      defaultLanguage,
      actionNames: Object.keys(sampleActions),
      onMissingText: () => {},
      onUntranslated: (one) => untranslated.push(one),
    });
    const languages = texts.languages.join(', ');
    if (untranslated.length > 0) {
      return {
        level: 'warn',
        what,
        text: `texts of system.json are missing in some languages; ${defaultLanguage} stands in`,
        todo: 'switchboard lint names them.',
      };
    }
    return { level: 'ok', what, text: `set ${dialogSetId(files)}, in ${languages}` };
  } catch (error) {
    if (!isOurs(error)) throw error;
    return {
      level: 'fail',
      what,
      text: error.message,
      todo: 'Mend the files; a program with a bot or actions of its own checks them at its start.',
    };
  }
}

/** Has a word of no customer translated: whether the key is good shows in no other way. */
async function lookAtTranslation(config: Config): Promise<Finding> {
  const what = 'translation';
  const { defaultLanguage } = config;
  const { translate, close } = createTranslation(config, undefined);
  try {
    await translate?.({ text: 'Hello', to: defaultLanguage });
    return { level: 'ok', what, text: `what TRANSLATE_URL leads to translates into ${defaultLanguage}` };
  } catch (error) {
    if (!isOurs(error)) throw error;
    const causes = describeCauses(error);
    return {
      level: 'fail',
      what,
      text: causes === '' ? error.message : `What TRANSLATE_URL leads to has failed (${causes})`,
      todo: `Check TRANSLATE_URL and TRANSLATE_API_KEY, and whether ${defaultLanguage} is a language of it.`,
    };
  } finally {
    await close();
  }
}

async function* lookAtAccounts(
  parts: DoctorParts,
  config: Config,
  store: Store,
): AsyncGenerator<Finding, void> {
  const { channels, close } = createAccounts(config, {
    ...parts,
    store,
    adminToken: '',
    url: () => '',
    advance: () => {},
    randomToken: parts.randomId,
    random: Math.random,
    log: createLog('silent'),
  });
  try {
    await channels.read();
    for (const { id, name } of channels.all()) {
      const what = `account ${id}`;
      const { verdict, code, message } = await channels.validate(id);
      const said = code === null ? message : `${message} (${verdict}, ${code})`;
      if (HARMLESS.includes(verdict)) yield { level: 'ok', what, text: said };
      else yield { level: 'fail', what, text: said, todo: remedyOf(id, name) };
    }
  } finally {
    await close();
  }
}

function remedyOf(id: string, name: string): string {
  return id === ENVIRONMENT_CHANNEL
    ? 'Check TELESIGN_CUSTOMER_ID, TELESIGN_API_KEY and TELESIGN_API_URL against the portal of TeleSign.'
    : `Check the channel “${name}” with POST /api/channels/${id}/validate.`;
}
