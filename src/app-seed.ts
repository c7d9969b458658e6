import type { Config } from './config.ts';
import type { Seed } from './seed.ts';

/** The workstream that the settings make, and its queue. */
const DEFAULT = 'default';
export const DEFAULT_QUEUE = 'support';

/** What the settings, the dialogs and demo mode have to be there at the start. */
export function seedOf(
  config: Config,
  parts: {
    /** Those that dialogs hand over to. */
    queues: readonly string[];
    adminToken: string;
    demo: Pick<Seed, 'workstreams' | 'agents'> | undefined;
  },
): Seed {
  const numbers = (config.telesign?.numbers ?? []).map(({ number }) => number);
  return {
    queues: [DEFAULT_QUEUE, ...parts.queues],
    workstreams: parts.demo?.workstreams ?? [
      { _id: DEFAULT, numbers, language: config.defaultLanguage, queueId: DEFAULT_QUEUE },
    ],
    agents: [
      {
        agent: { _id: 'admin', name: 'Administrator', role: 'admin', queues: [], languages: [] },
        token: parts.adminToken,
      },
      ...(parts.demo?.agents ?? []),
    ],
    // A token made up at the start is this process's own, and a MongoDB may have more of them.
    keepTokens: config.adminToken === undefined && config.mongodbUri !== undefined,
  };
}
