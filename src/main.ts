import './bot/late-packages.ts';
import { createApp } from './app.ts';
import { startFailure } from './start-failure.ts';

/** Milliseconds from SIGTERM to the end, also for a send that hangs; what is cut off is `unknown` at the next start. */
const GRACE = 9_500;

// Notes that a full disk does not take are lost; the service goes on.
process.stdout.on('error', () => {});

try {
  const app = await createApp({ env: process.env });

  const die = (error: unknown) => {
    app.log.fatal({ err: error }, 'unhandled error: the process ends');
    process.exit(1);
  };
  process.on('unhandledRejection', die);
  process.on('uncaughtException', die);

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    app.log.info('stopping: finishing what is in hand');
    setTimeout(() => {
      app.log.warn('stopping takes too long: the process ends');
      process.exit(1);
    }, GRACE).unref();
    app.stop().then(() => process.exit(0), die);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  // In a terminal it says that the terminal is gone, and the process goes too.
  if (!process.stdout.isTTY) process.on('SIGHUP', () => void app.publishDialogs());

  const { notes } = await app.start();
  for (const note of notes) console.log(note);
} catch (error) {
  const { text, exitCode } = startFailure(error);
  console.error(text);
  process.exit(exitCode);
}
