import type { AutomatedMessage } from '../store/workstream.ts';
import type { Changes } from './commit.ts';

/** What becomes of a conversation: decided first, then committed in one write. */
export interface Decision {
  changes: Changes;
  /** What the service itself says where it is on, beyond what the move brings. */
  automated?: AutomatedMessage[];
  /** What it says whether it is on or off, since the customer or the bot asked for it. */
  asked?: AutomatedMessage[];
}

/** What one piece of a worker's work comes to. */
export interface TurnDecision extends Decision {
  outcome: 'answered' | 'recorded' | 'bot_failed';
  /** It asks for a queue that there is not. */
  lacksQueue?: boolean;
  /** Called once the changes are committed. */
  committed?: (correlationId: string) => unknown;
}

export const NOTHING: TurnDecision = { changes: {}, outcome: 'recorded' };
