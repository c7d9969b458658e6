import type { ReturnCheck } from './bot-turn.ts';
import { type AbsenceParts, noteAbsence } from './conversations/absence.ts';
import { createDesk, type Desk, type DeskParts } from './conversations/desk.ts';
import type { OfferParts } from './conversations/offers.ts';
import { createOptouts, type Optouts } from './conversations/optouts.ts';
import type { Store } from './store/documents.ts';
import { createAbsences } from './workers/absences.ts';
import type { Loop, WorkerParts } from './workers/loop.ts';
import { createOffers } from './workers/offers.ts';

type Written = Omit<DeskParts, 'due' | 'rejected' | 'lacks'> &
  Omit<OfferParts, 'due'> &
  Omit<AbsenceParts, 'due'>;

type AppDeskParts = Written &
  WorkerParts & {
    store: Store;
    lacks: ReturnCheck;
    /** Told of a conversation that was written; `rests` = no turn of it is due. */
    due: (conversationId: string, rests: boolean) => void;
  };

interface AppDesk {
  desk: Desk;
  optouts: Optouts;
  offers: ReturnType<typeof createOffers>;
  absences: Loop;
}

/** What agents do, what is done for those who are gone or free, and what they note of who wants no texts. */
export function createAppDesk({ lacks, ...given }: AppDeskParts): AppDesk {
  const parts = {
    ...given,
    due(conversationId: string, rests: boolean) {
      given.due(conversationId, rests);
      offers.hint();
    },
  };
  const offers = createOffers(parts);
  return {
    desk: createDesk({
      ...parts,
      lacks,
      rejected: (agentId) => noteAbsence(parts, agentId, 'offer_rejected'),
    }),
    optouts: createOptouts(parts),
    offers,
    absences: createAbsences(parts),
  };
}
