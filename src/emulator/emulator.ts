import type { Server } from 'restify';
import { type Account, type AccountOptions, createAccount } from './account.ts';
import { controlRoutes } from './control-routes.ts';
import { createEventStreams } from './events.ts';
import { type EmulatorRoute, sendProblem } from './exchange.ts';
import { type FaultsInput, FaultsSchema } from './faults.ts';
import type { Between, InboundText, SentMessage } from './record.ts';
import type { ServiceBehind } from './service-behind.ts';
import { telesignRoutes } from './telesign-routes.ts';
import { createWaits, type SetTimer, setRealTimer } from './waits.ts';

export interface EmulatorOptions extends AccountOptions {
  /** For virtual time; `setTimeout` when left out. */
  setTimer?: SetTimer;
  /** For the phone page; absent = it shows texts only. */
  service?: ServiceBehind | undefined;
}

/**
 * A stand-in for TeleSign's SMS API with one account: it takes messages as TeleSign does, posts receipts and texts
 * signed and with TeleSign's retries, and misbehaves when told to. It keeps the last 10,000 messages and texts in
 * memory.
 */
export interface Emulator {
  readonly routes: readonly EmulatorRoute[];
  /** Adds the routes to a restify server, which must not read bodies before them. */
  mount(server: Server): void;
  /** What was accepted, oldest first. */
  messages(between?: Between): SentMessage[];
  /** What customers texted, oldest first. */
  texts(between?: Between): InboundText[];
  textIn: Account['textIn'];
  /** What is left out is healed. Throws a `ZodError` for what the schema does not take. */
  setFaults(faults: FaultsInput): void;
  /** Ends every timer, post and open stream. To be called before the server closes, which waits for streams. */
  stop(): Promise<void>;
}

export function createEmulator(options: EmulatorOptions): Emulator {
  const { customerId, apiKey, numbers, now, log, service, setTimer = setRealTimer } = options;
  const waits = createWaits(setTimer);
  const events = createEventStreams();
  const account = createAccount({ ...options, setTimer, waits, onChange: events.send });
  const routes = [
    ...telesignRoutes({ account, waits, customerId, apiKey, now }),
    ...controlRoutes({ account, events, numbers, service }),
  ];

  return {
    routes,
    mount(server) {
      for (const { method, path, handle } of routes) {
        server[method](path, async (request, response) => {
          try {
            await handle(request, response, request.params);
          } catch (error) {
            log?.error({ err: error, path }, 'The emulator failed to answer a request');
            if (response.headersSent) request.socket.destroy();
            else sendProblem(response, 500, 'internal', 'The emulator failed: its log has the cause.');
          }
        });
      }
    },
    messages: (between) => account.sent.list(between),
    texts: (between) => account.inbound.list(between),
    textIn: account.textIn,
    setFaults: (faults) => account.faults.set(FaultsSchema.parse(faults)),
    async stop() {
      await account.stop();
      events.close();
    },
  };
}
