import { z } from 'zod';

export const traceEntry = z
  .looseObject({
    at: z.iso.datetime(),
    step: z.enum(['classification', 'route', 'queue', 'overflow', 'distribution', 'transfer', 'reopened']),
  })
  .meta({
    id: 'TraceEntry',
    description:
      'One decision with what it was made from: `rule`, `expression`, `values` and `result` of a rule; `decision`; `agentId` and `why` of a distribution, of a transfer to a queue (by whom), or of a session that was reopened.',
  });
