#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { Command, CommanderError } from 'commander';
import { Agent } from 'undici';
import { readOptions } from './emulator/options.ts';
import { listenError } from './listen-error.ts';
import { EX_CONFIG, startFailure } from './start-failure.ts';

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
    const options = readOptions(given);
    const { startEmulator } = await import('./emulator/standalone.ts');
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

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what is wrong by itself; after --help, nothing is.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : EX_CONFIG);
  const { text, exitCode } = startFailure(error);
  console.error(text);
  process.exit(exitCode);
}
