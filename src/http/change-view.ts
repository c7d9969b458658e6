import type { Change } from './changes.ts';
import { conversationView, isoTime, messageView } from './views.ts';

/** The same for all changes of the same thing. */
export function keyOf({ kind, doc }: Change): string {
  return `${kind} ${doc._id}`;
}

/** Differs whenever what is shown does. */
export function printOf(change: Change): string {
  switch (change.kind) {
    case 'conversation':
      return `${change.doc.version} ${change.doc.lastMessageAt}`;
    case 'message':
      return `${change.doc.status} ${change.doc.session} ${change.doc.error?.code} ${change.doc.masked} ${change.doc.problem}`;
    case 'typing':
      return `${change.doc.changedAt}`;
  }
}

/** The `data` of its event. */
export function dataOf(change: Change): string {
  switch (change.kind) {
    case 'conversation':
      return JSON.stringify(conversationView(change.doc));
    case 'message':
      return JSON.stringify(messageView(change.doc));
    case 'typing': {
      const { conversationId, agentId, changedAt } = change.doc;
      return JSON.stringify({ conversationId, agentId, at: isoTime(changedAt) });
    }
  }
}
