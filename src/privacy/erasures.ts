import { SwitchboardError } from '../errors.ts';
import type { ErasureDoc } from '../store/documents.ts';
import type { Erased } from '../store/erasure.ts';
import {
  conversationsOf,
  type EraseParts,
  erase,
  hideInWholeAudit,
  isBeingPublished,
  NOTHING_ERASED,
  type Subject,
} from './erase.ts';

/** Milliseconds. Longer than a turn, a send or a request of the API that knew the customer can take. */
const SETTLING = 45_000;

export interface ErasuresParts extends EraseParts {
  randomId: () => string;
}

/**
 * Erases a customer: what there is at once; what was in hand meanwhile, and the bytes that the store keeps of it, once
 * that has come to rest (`goOnErasing`).
 *
 * @param customer digits
 * @throws SwitchboardError `wrong_state` while a queue or an agent has a conversation of theirs.
 */
export async function beginErasure(
  parts: ErasuresParts,
  customer: string,
  agentId: string,
): Promise<ErasureDoc> {
  const { store, now, randomId } = parts;
  const conversations = await conversationsOf(store, customer);
  const busy = conversations.find(({ desk }) => desk !== undefined);
  if (busy !== undefined) {
    throw new SwitchboardError(
      'wrong_state',
      'A conversation of this customer is not closed: close it first.',
      {
        details: { state: busy.state, agentId: busy.agentId ?? null, version: busy.version },
      },
    );
  }
  const at = now();
  const erasure: ErasureDoc = {
    _id: randomId(),
    at,
    agentId,
    erased: NOTHING_ERASED,
    customer,
    conversationIds: conversations.map(({ _id }) => _id),
    dueAt: at + SETTLING,
  };
  await store.erasures.insertOne(erasure);
  await pass(parts, erasure);
  return (await store.erasures.findOne({ _id: erasure._id })) ?? erasure;
}

/** Goes on with all that are due, and lets the store forget what they have taken away. */
export async function goOnErasing(parts: EraseParts): Promise<void> {
  const { store, now } = parts;
  const due = await store.erasures.find({ dueAt: { $lte: now() } }, { sort: { dueAt: 1 } }).toArray();
  const forgotten: string[] = [];
  for (const erasure of due) {
    const { _id, customer } = erasure;
    if (customer !== undefined) {
      const found = await pass(parts, erasure);
      if (found > 0 || (await isBeingPublished(store, customer))) {
        await store.erasures.updateOne({ _id }, { $set: { dueAt: now() + SETTLING } });
        continue;
      }
      const audit = await hideInWholeAudit(store, subjectOf(erasure));
      await store.erasures.updateOne(
        { _id },
        {
          $unset: { customer: true, conversationIds: true },
          ...(audit > 0 && { $inc: { 'erased.audit': audit } }),
        },
      );
    }
    forgotten.push(_id);
  }
  if (forgotten.length === 0) return;
  await store.durable();
  await store.rewrite();
  for (const _id of forgotten) {
    await store.erasures.updateOne({ _id }, { $set: { doneAt: now() }, $unset: { dueAt: true } });
  }
}

/** Answers how many documents of the customer there were. */
async function pass(parts: EraseParts, erasure: ErasureDoc): Promise<number> {
  const { _id } = erasure;
  const erased = await erase(parts, subjectOf(erasure));
  const count = Object.values(erased).reduce((sum, one) => sum + one, 0);
  if (count > 0) await parts.store.erasures.updateOne({ _id }, { $inc: incrementsOf(erased) });
  await parts.store.durable();
  return count;
}

function subjectOf({ _id, customer = '', conversationIds = [] }: ErasureDoc): Subject {
  return { customer, conversationIds, alias: `erased-${_id}` };
}

function incrementsOf(erased: Erased) {
  return {
    'erased.conversations': erased.conversations,
    'erased.messages': erased.messages,
    'erased.sessions': erased.sessions,
    'erased.drafts': erased.drafts,
    'erased.events': erased.events,
    'erased.files': erased.files,
    'erased.audit': erased.audit,
  };
}
