import type { Store } from '../store/documents.ts';

/** How long a draft is kept that nobody writes on. */
export const DRAFT_KEPT = 7 * 24 * 60 * 60 * 1000;

export function draftId(conversationId: string, agentId: string): string {
  return `${conversationId}:${agentId}`;
}

/** Whoever has answered writes no more. */
export async function dropDraft(
  store: Pick<Store, 'drafts'>,
  conversationId: string,
  agentId: string,
): Promise<void> {
  await store.drafts.deleteOne({ _id: draftId(conversationId, agentId) });
}
