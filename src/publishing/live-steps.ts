import { setOf } from '../bot/published-bot.ts';
import { batches } from '../store/batches.ts';
import type { ConversationDoc, State, Store } from '../store/documents.ts';

/** How many sessions in progress stand, or will stand when a person gives them back, at a step of a set. */
export interface LiveStep {
  setId: string;
  dialog: string;
  step: string;
  conversations: number;
}

const AT_THE_DESK: readonly State[] = ['open', 'active', 'waiting', 'wrap_up'];

/** By set, dialog and step. Reads every conversation that is not closed, a batch at a time. */
export async function liveSteps({ conversations }: Pick<Store, 'conversations'>): Promise<LiveStep[]> {
  const steps = new Map<string, LiveStep>();
  const count = ({ botState, botSteps, session }: ConversationDoc) => {
    const began = setOf(botState ?? null);
    const place = botSteps?.steps.at(-1);
    if (place === undefined || began?.session !== session || botSteps?.session !== session) return;
    const key = `${began.set} ${place}`;
    const cut = place.indexOf('/');
    const fresh = {
      setId: began.set,
      dialog: place.slice(0, cut),
      step: place.slice(cut + 1),
      conversations: 0,
    };
    const step = steps.get(key) ?? fresh;
    step.conversations += 1;
    steps.set(key, step);
  };

  // With the bot: all of them are due some day, if only to be closed. Those at the desk are counted below.
  const withBot = batches<ConversationDoc>(
    (from, limit) => conversations.find({ dueAt: { $gte: from } }, { sort: { dueAt: 1 }, limit }).toArray(),
    ({ dueAt = 0 }) => dueAt,
  );
  for await (const batch of withBot) {
    for (const one of batch) if (one.handler === 'bot' && one.state !== 'closed') count(one);
  }
  for (const desk of AT_THE_DESK) {
    const atDesk = batches<ConversationDoc>(
      (from, limit) =>
        conversations.find({ desk, changedAt: { $gte: from } }, { sort: { changedAt: 1 }, limit }).toArray(),
      ({ changedAt }) => changedAt,
    );
    for await (const batch of atDesk) batch.forEach(count);
  }
  return [...steps].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, step]) => step);
}
