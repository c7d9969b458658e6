import { Agent } from 'undici';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { type StandaloneEmulator, startEmulator } from '../../src/emulator/standalone.ts';

/** A TeleSign account on a server of its own. */
export interface Account extends StandaloneEmulator {
  /** What a service is set to that has it. */
  readonly env: Record<
    'TELESIGN_CUSTOMER_ID' | 'TELESIGN_API_KEY' | 'TELESIGN_API_URL' | 'TELESIGN_NUMBERS',
    string
  >;
}

/** An account with one number, on the clock of the machine. Without a callback URL it reports on no text. */
export async function startAccount({
  number,
  callbackUrl,
  ...options
}: Pick<EmulatorOptions, 'customerId' | 'apiKey'> &
  Partial<Pick<EmulatorOptions, 'callbackUrl'>> & { number: string }): Promise<Account> {
  const dispatcher = new Agent();
  const telesign = await startEmulator({
    ...options,
    callbackUrl: callbackUrl ?? 'http://127.0.0.1:9/', // nothing listens there
    numbers: [{ number, label: 'Support' }],
    now: Date.now,
    random: Math.random,
    dispatcher,
    port: 0,
    host: '127.0.0.1',
  });
  if (callbackUrl === undefined) telesign.emulator.setFaults({ receipts: { none: true } });
  return {
    ...telesign,
    env: {
      TELESIGN_CUSTOMER_ID: options.customerId,
      TELESIGN_API_KEY: options.apiKey,
      TELESIGN_API_URL: telesign.url,
      TELESIGN_NUMBERS: number,
    },
    /** May be called again. */
    async stop() {
      await telesign.stop();
      if (!dispatcher.closed) await dispatcher.close();
    },
  };
}
