import { join } from 'node:path';
import { ACCOUNT } from './account.ts';
import { SUPPORT_NUMBER } from './conversation-script.ts';
import { localesDir, type Places } from './places.ts';
import type { ServiceCommand } from './service-process.ts';

/** Milliseconds; for services that hold a million conversations in memory. */
const READY_WITHIN = 120_000;

/** As `npm start` has it. All that are compared get the same. */
export const NODE_FLAGS = ['--max-semi-space-size=64'];

/** The administrator's. */
export const BENCH_TOKEN = 'the-bench-has-no-secrets';

export type Kind = 'bare-node' | 'bare-restify' | 'plain-bot' | 'inbox-only' | 'switchboard';

/** How each service under test is started. `dataDir` is the store of those that have one. */
export function serviceCommand(
  kind: Kind,
  places: Places,
  parts: { sinkUrl: string; dataDir: string; filled: number },
): ServiceCommand {
  const name = kind;
  const common = {
    name,
    cwd: places.temporary,
    readyWithin: READY_WITHIN,
    logFile: join(places.temporary, `${name}.log`),
  };
  const script = join(places.compiled, 'bench', `${kind}.js`);
  switch (kind) {
    case 'bare-node':
    case 'bare-restify':
      return { ...common, args: [...NODE_FLAGS, script], env: {} };
    case 'plain-bot':
      return {
        ...common,
        args: [...NODE_FLAGS, '--max-old-space-size=8192', script],
        env: { TELESIGN_API_URL: parts.sinkUrl, PLAIN_CONVERSATIONS: String(parts.filled) },
      };
    case 'inbox-only':
      return {
        ...common,
        args: [...NODE_FLAGS, script],
        env: { DATA_DIR: parts.dataDir },
        readyPath: '/readyz',
      };
    case 'switchboard':
      return {
        ...common,
        args: [...NODE_FLAGS, join(places.repository, 'dist/main.js')],
        env: { ...switchboardSettings(places, parts.sinkUrl), DATA_DIR: parts.dataDir },
        readyPath: '/readyz',
      };
  }
}

function switchboardSettings(places: Places, sinkUrl: string): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    TELESIGN_CUSTOMER_ID: ACCOUNT.customerId,
    TELESIGN_API_KEY: ACCOUNT.apiKey,
    TELESIGN_API_URL: sinkUrl,
    TELESIGN_NUMBERS: SUPPORT_NUMBER,
    ADMIN_TOKEN: BENCH_TOKEN,
    SECRET_KEY: 'the bench has no secrets, and this is long enough',
    DIALOGS_DIR: join(places.repository, 'bench/dialogs'),
    LOCALES_DIR: localesDir(places),
  };
}
