import type { Desk } from './desk.ts';
import type { GuardedWrite } from './guarded-write.ts';
import type { Settings } from './settings.ts';

/**
 * A claim of whoever is next that tells the customer who took it, where that is on. The claim is one write that has read
 * nothing, so what is said comes in a second one, before the agent has the answer and could write. A process that dies
 * between the two has not said it.
 */
export function tellingWhoTookOver(
  { settings }: { settings: Settings },
  write: GuardedWrite,
  claimNext: Desk['claimNext'],
): Desk['claimNext'] {
  return async (queueId, actor, once) => {
    const claimed = await claimNext(queueId, actor, once);
    if (!claimed || !settings.workstream(claimed.number).settings.messages.assigned?.on) return claimed;
    const taken = claimed.stretches.length;
    return write(claimed._id, actor, {}, ({ handler, agentId, stretches }) =>
      handler === 'agent' && agentId === actor.id && stretches.length === taken
        ? { changes: {}, automated: ['assigned'] }
        : null,
    );
  };
}
