import type { EventType, QueueDoc, Store } from '../store/documents.ts';
import type { QueueNews } from '../store/webhook.ts';

export interface LevelAlertParts {
  store: Pick<Store, 'queues'>;
  /** Whether any webhook is to be told: as it was a second ago at the latest. */
  wants: (type: EventType) => boolean;
  randomId: () => string;
  now: () => number;
}

/**
 * Notes in a queue that somebody has waited in it for longer than its service level, or that nobody has any more, and
 * with it what webhooks are to be told. Resolves false when that is noted already: of many processes that see it one
 * hears true.
 *
 * @param overLevel how many have waited for longer.
 */
export async function noteLevel(
  { store, wants, randomId, now }: LevelAlertParts,
  { _id, levelSeconds }: Pick<QueueDoc, '_id' | 'levelSeconds'>,
  overLevel: number,
): Promise<boolean> {
  const at = now();
  const over = overLevel > 0;
  const type = over ? 'queue.over_level' : 'queue.within_level';
  const news: QueueNews = {
    id: randomId(),
    type,
    at,
    ...(levelSeconds === undefined ? {} : { levelSeconds }),
    overLevel,
  };
  const { matchedCount } = await store.queues.updateOne(
    { _id, overLevelAt: { $exists: !over } },
    {
      ...(over ? { $set: { overLevelAt: at } } : { $unset: { overLevelAt: true } }),
      ...(wants(type) ? { $push: { news }, $min: { newsAt: at } } : {}),
    },
  );
  return matchedCount === 1;
}
