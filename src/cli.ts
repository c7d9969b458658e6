#!/usr/bin/env node
import { randomBytes, randomUUID } from 'node:crypto';
import { Command, CommanderError } from 'commander';
import { addWorkbench } from './cli/workbench.ts';

/** Each command loads what it needs only when it is called: a start of all of it takes half a second. */
const program = new Command('switchboard')
  .description('Customer service over SMS, chatbot first.')
  .exitOverride()
  .configureOutput({
    // `--api-kye=…` is told of without the value.
    outputError: (text, write) => write(text.replace(/=[^']*'/, "'")),
  });

program
  .command('start', { isDefault: true })
  .description('run the service; settings come from the environment, see .env.example')
  .action(async () => {
    await import('./main.ts');
  });

program
  .command('emulator')
  .description('run a TeleSign stand-in with a phone in the browser, for a service set up with its account')
  .requiredOption(
    '--callback-url <url>',
    'where texts and receipts go, e.g. http://127.0.0.1:3978/callbacks/telesign/default',
  )
  .requiredOption('--number <digits...>', 'the support numbers')
  .option('--customer-id <id>', 'the account', '00000000-0000-4000-8000-000000000000')
  .option('--api-key <base64>', 'its key; made up and printed when left out')
  .option('--port <port>', 'where it listens', '3979')
  .option('--host <host>', 'on which address', '127.0.0.1')
  .action(async (given: unknown) => {
    const { readOptions } = await import('./emulator/options.ts');
    const options = readOptions(given);
    const [{ startEmulator }, { listenError }, { Agent }] = await Promise.all([
      import('./emulator/standalone.ts'),
      import('./listen-error.ts'),
      import('undici'),
    ]);
    const apiKey = options.apiKey ?? randomBytes(32).toString('base64');
    const dispatcher = new Agent();
    const { url, stop } = await startEmulator({
      port: options.port,
      host: options.host,
      customerId: options.customerId,
      apiKey,
      callbackUrl: options.callbackUrl,
      numbers: options.number.map((number) => ({ number, label: number })),
      now: Date.now,
      random: Math.random,
      dispatcher,
    }).catch((error: unknown) => {
      throw listenError(error, { port: '--port', host: '--host' });
    });
    console.log(`TELESIGN_API_URL=${url}`);
    console.log(`TELESIGN_CUSTOMER_ID=${options.customerId}`);
    console.log(`TELESIGN_API_KEY=${apiKey}`);
    console.log(`TELESIGN_NUMBERS=${options.number.join(',')}`);
    console.log(`# Phone: ${url}/emulator/phone`);
    const end = () => {
      stop()
        .then(() => dispatcher.close())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    };
    process.on('SIGTERM', end);
    process.on('SIGINT', end);
  });

const data = { env: process.env, now: Date.now, print: (line: string) => console.log(line) };

program
  .command('backup')
  .description('write all data to a file, also while the service runs; settings as for start')
  .argument('<path>', 'the file, or a folder for a file named after the time')
  .option('--url <url>', 'where the running service answers', undefined)
  .action(async (path: string, { url }: { url?: string }) => {
    const { backup } = await import('./data-commands.ts');
    await backup(data, path, url);
  });

program
  .command('restore')
  .description('put a backup into an empty store, while the service is stopped; settings as for start')
  .argument('<file>', 'the backup')
  .action(async (file: string) => {
    const { restore } = await import('./data-commands.ts');
    await restore(data, file);
  });

program
  .command('copy')
  .description('copy the data in DATA_DIR to the empty MongoDB of MONGODB_URI, while the service is stopped')
  .action(async () => {
    const { copy } = await import('./data-commands.ts');
    await copy(data);
  });

program
  .command('doctor')
  .description(
    'check settings, dialogs, store, disk, clock, TeleSign and the callback URL; 1 when something fails',
  )
  .action(async () => {
    const [{ examine }, { linesOf }, { Agent }] = await Promise.all([
      import('./doctor.ts'),
      import('./doctor-finding.ts'),
      import('undici'),
    ]);
    const dispatcher = new Agent();
    let failed = false;
    for await (const finding of examine({ ...data, randomId: randomUUID, dispatcher })) {
      for (const line of linesOf(finding)) console.log(line);
      failed ||= finding.level === 'fail';
    }
    await dispatcher.close();
    process.exitCode = failed ? 1 : 0;
  });

addWorkbench(program);

program
  .command('validate')
  .description('ask TeleSign whether an account is good; no text is sent unless --send-to names a phone')
  .option('--channel <id>', 'a channel of the running service; the account of the settings when left out')
  .option('--send-to <number>', 'send a real text to this phone as well; it may be billed')
  .option('--url <url>', 'where the running service answers')
  .action(async (given: { channel?: string; sendTo?: string; url?: string }) => {
    const { validate } = await import('./admin-commands.ts');
    await validate({ ...data, randomId: randomUUID }, given);
  });

const keys = program.command('keys').description('the key that encrypts stored secrets');
keys
  .command('rotate')
  .description('encrypt all secrets with SECRET_KEY; SECRET_KEY_PREVIOUS is the one before it')
  .option('--url <url>', 'where the running service answers')
  .action(async ({ url }: { url?: string }) => {
    const { rotateKeys } = await import('./admin-commands.ts');
    await rotateKeys(data, url);
  });

const configuration = program
  .command('config')
  .description(
    'what administrators set up through the API, as one YAML file; the token is SWITCHBOARD_TOKEN',
  );
configuration
  .command('export')
  .description('write it, without keys, secrets and tokens')
  .argument('[file]', 'where to; printed when left out')
  .option('--url <url>', 'where the running service answers')
  .action(async (file: string | undefined, { url }: { url?: string }) => {
    const { exportConfiguration } = await import('./admin-commands.ts');
    await exportConfiguration(data, file, url);
  });
configuration
  .command('apply')
  .description('show what differs from a file, and with --yes make it so')
  .argument('<file>', 'what export wrote')
  .option('--yes', 'apply it')
  .option('--dry-run', 'only show it, as without --yes')
  .option('--url <url>', 'where the running service answers')
  .action(async (file: string, given: { yes?: boolean; dryRun?: boolean; url?: string }) => {
    const { applyConfiguration } = await import('./admin-commands.ts');
    await applyConfiguration(data, file, {
      yes: given.yes === true && given.dryRun !== true,
      url: given.url,
    });
  });

try {
  await program.parseAsync();
} catch (error) {
  const { EX_CONFIG, startFailure } = await import('./start-failure.ts');
  // Commander has said what is wrong by itself; after --help, nothing is.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : EX_CONFIG);
  const { text, exitCode } = startFailure(error);
  console.error(text);
  process.exit(exitCode);
}
