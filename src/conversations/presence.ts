import type { Presence } from '../store/documents.ts';

export type PresenceEvent = 'offer_missed' | 'offer_rejected' | 'grace_over';

/**
 * An agent's presence after what happened to them. Offers change `available` only: who chose another one meanwhile
 * keeps it. Work does not change it either, since the capacity already keeps more away. Whoever writes a presence that
 * differs removes `presenceId` with it: what the agent had chosen no longer holds.
 */
export function presenceAfter(event: PresenceEvent, presence: Presence): Presence {
  switch (event) {
    case 'offer_missed':
      return presence === 'available' ? 'away' : presence;
    case 'offer_rejected':
      return presence === 'available' ? 'do_not_disturb' : presence;
    case 'grace_over':
      return 'offline';
  }
}
