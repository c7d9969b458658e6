import { readFile, writeFile } from 'node:fs/promises';
import { Agent } from 'undici';
import { z } from 'zod';
import { sendLimits } from './app-pacing.ts';
import { loadTexts } from './bot/load.ts';
import { systemText } from './bot/system-texts.ts';
import { ENVIRONMENT_CHANNEL } from './channels/channels.ts';
import { type Resealed, resealAll } from './channels/reseal.ts';
import { type Config, readConfig, wrongSettings } from './config.ts';
import { applySteps, configurationOf, readCurrent } from './configuration/apply.ts';
import { readConfiguration, writeConfiguration } from './configuration/configuration-file.ts';
import { planOf } from './configuration/plan.ts';
import { trialRefused } from './conversations/trial-text.ts';
import { type CommandParts, openUnlessTaken } from './data-commands.ts';
import { SwitchboardError } from './errors.ts';
import { createSeal } from './seal.ts';
import { createServiceClient, type ServiceClient } from './service-client.ts';
import { createTeleSignClient } from './telesign/client.ts';
import { sentOutcome, verdictOf } from './telesign/verdict.ts';

const answerOfValidation = z.object({
  verdict: z.string(),
  code: z.string().nullable(),
  message: z.string(),
  sent: z.object({ accepted: z.boolean().nullable(), code: z.string(), message: z.string() }).nullable(),
});

export interface ValidateOptions {
  /** A channel of a running service; the account of the settings when left out. */
  channel?: string | undefined;
  /** A phone, digits. Without it no text is sent. */
  sendTo?: string | undefined;
  url?: string | undefined;
}

/**
 * Asks TeleSign whether an account is good. A text is sent by whoever has the store, since the store knows who wants none
 * and how many may leave: a running service with the embedded one, else this process. Throws `account_not_good` when it is not, or when the text that was asked for
 * was not taken.
 */
export async function validate(
  parts: CommandParts & { randomId: () => string },
  { channel, sendTo, url }: ValidateOptions,
): Promise<void> {
  const { env, print } = parts;
  if (sendTo !== undefined && !/^[1-9]\d{6,14}$/.test(sendTo)) {
    throw wrongSettings(['--send-to: write digits with country code, without + and spaces']);
  }
  const ofService = async (id: string) =>
    answerOfValidation.parse(
      await serviceOf(env, url)('POST', `/api/channels/${encodeURIComponent(id)}/validate`, {
        ...(sendTo !== undefined && { sendTo }),
      }),
    );
  const answer =
    channel === undefined
      ? ((await validateAccount(parts, sendTo)) ?? (await ofService(ENVIRONMENT_CHANNEL)))
      : await ofService(channel);
  const { verdict, code, message, sent } = answer;
  const line = `${verdict}${code === null ? '' : ` (${code})`}: ${message}`;
  if (verdict !== 'good') throw new SwitchboardError('account_not_good', line);
  print(line);
  if (sent === null) return;
  const said = `text (${sent.code}): ${sent.message}`;
  if (sent.accepted !== true) throw new SwitchboardError('account_not_good', said);
  print(said);
}

type Answer = z.output<typeof answerOfValidation>;

/** Null when a text is wanted and a running service has the store. */
async function validateAccount(
  { env, now, randomId }: CommandParts & { randomId: () => string },
  sendTo: string | undefined,
): Promise<Answer | null> {
  const config = readConfig(env);
  if (!config.telesign) {
    throw wrongSettings([
      'TELESIGN_CUSTOMER_ID, TELESIGN_API_KEY: needed, or name a --channel of the service',
    ]);
  }
  const { numbers, ...account } = config.telesign;
  const dispatcher = new Agent();
  try {
    const client = createTeleSignClient({ ...account, dispatcher, now, nonce: randomId });
    const found = verdictOf(await client.status(randomId().replaceAll('-', '').toUpperCase()));
    const [first] = numbers;
    if (sendTo === undefined || found.verdict !== 'good' || first === undefined)
      return { ...found, sent: null };
    const store = await openUnlessTaken(config);
    if (store === null) return null;
    try {
      const parties = { number: first.number, customer: sendTo };
      const limits = sendLimits(config.rates, config.telesign, first.number);
      const refused = await trialRefused(store, parties, limits, now());
      if (refused) return { ...found, sent: { accepted: false, ...refused } };
      const text = await testText(config);
      const externalId = `test:${randomId()}`;
      const sent = await client.send({ to: sendTo, from: first.number, text, externalId });
      return { ...found, sent: sentOutcome(sent) };
    } finally {
      await store.close();
    }
  } finally {
    await dispatcher.close();
  }
}

async function testText({ localesDir, localesDirIsSet, defaultLanguage }: Config): Promise<string> {
  const quiet = () => {};
  const given = { localesDir, mayLackDir: !localesDirIsSet, defaultLanguage };
  const texts = await loadTexts({ ...given, onMissingText: quiet, onUntranslated: quiet });
  return systemText(texts, defaultLanguage, 'channel_test');
}

const answerOfRotation = z.object({
  resealed: z.number(),
  current: z.number(),
  unreadable: z.array(z.string()),
});

/**
 * Encrypts every secret of the store with SECRET_KEY; SECRET_KEY_PREVIOUS opens what the key before it encrypted. An
 * embedded store belongs to the process that runs, so that one is asked. Throws `secrets_unreadable`.
 */
export async function rotateKeys({ env, print }: CommandParts, url?: string): Promise<void> {
  const config = readConfig(env);
  if (config.secretKeys.current === undefined) throw wrongSettings(['SECRET_KEY: needed, it is the new key']);
  const store = await openUnlessTaken(config);
  let result: Resealed;
  if (store === null) {
    result = answerOfRotation.parse(await serviceOf(env, url)('POST', '/api/keys/rotate', {}));
  } else {
    try {
      result = await resealAll(store, (purpose) => createSeal(config.secretKeys, purpose));
    } finally {
      await store.close();
    }
  }
  print(`${result.resealed} secrets are encrypted anew, ${result.current} had been before.`);
  if (result.unreadable.length === 0) return print('SECRET_KEY_PREVIOUS is not needed any more.');
  throw new SwitchboardError(
    'secrets_unreadable',
    `Encrypted with another key than these two: ${result.unreadable.join(', ')}. Write them anew.`,
  );
}

/** Writes the configuration of a running service to a file, or prints it. */
export async function exportConfiguration(
  { env, print }: CommandParts,
  file: string | undefined,
  url?: string,
): Promise<void> {
  const text = writeConfiguration(configurationOf(await readCurrent(serviceOf(env, url))));
  if (file === undefined) return print(text.trimEnd());
  await writeFile(file, text, { mode: 0o600 });
  print(`${file}: written, without keys, secrets and tokens.`);
}

/** Shows what differs between a file and a running service; with `yes` makes the service what the file says. */
export async function applyConfiguration(
  { env, print }: CommandParts,
  file: string,
  { yes, url }: { yes: boolean; url?: string | undefined },
): Promise<void> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SwitchboardError('configuration_invalid', 'The file cannot be read: check its path.', {
      cause,
    });
  });
  const wanted = readConfiguration(text);
  const call = serviceOf(env, url);
  const current = await readCurrent(call);
  const { steps, lines, unchanged } = planOf(wanted, current);
  for (const line of lines) print(line);
  print(`= ${unchanged} unchanged`);
  if (steps.length === 0) return;
  if (!yes) return print('Nothing is changed yet: --yes applies it.');
  const todo: string[] = [];
  await applySteps(call, steps, current, ({ section, key, kind }) => {
    const shown = section.naming?.shown(key) ?? key;
    if (kind === 'create' && section.todo) todo.push(`${section.name}/${shown}: ${section.todo(key)}`);
  });
  print('Applied.');
  for (const line of todo) print(line);
}

/** Its token is SWITCHBOARD_TOKEN, else ADMIN_TOKEN. */
function serviceOf(env: CommandParts['env'], url?: string): ServiceClient {
  const token = env.SWITCHBOARD_TOKEN?.trim() || env.ADMIN_TOKEN?.trim();
  if (!token) throw wrongSettings(['SWITCHBOARD_TOKEN or ADMIN_TOKEN: needed, the service is asked with it']);
  return createServiceClient(url ?? `http://127.0.0.1:${env.PORT?.trim() || '3978'}`, token);
}
