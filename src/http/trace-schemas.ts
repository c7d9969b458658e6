import { z } from 'zod';

export const traceEntry = z
  .looseObject({
    at: z.iso.datetime(),
    step: z.enum([
      'classification',
      'route',
      'queue',
      'overflow',
      'distribution',
      'offer_accepted',
      'offer_rejected',
      'offer_missed',
      'transfer',
      'reopened',
    ]),
  })
  .meta({
    id: 'TraceEntry',
    description:
      'One decision with what it was made from, or what an agent answered to an offer: `rule`, `expression`, `values` and `result` of a rule; `decision`; `agentId` and `why` of a distribution, of a transfer to a queue (by whom), or of a session that was reopened. A distribution with `agentId` null has found nobody: `no_member`, nobody serves the queue · `nobody_available` · `no_language`, `no_skill`, nobody who is available has the language, the skills · `all_excluded`, whoever fits has missed or rejected it in the last ten minutes · `no_room`, whoever fits has no room.',
  });
