import type { AgentDoc, CollectionName, ConversationDoc, Store } from '../../src/store/documents.ts';
import { wrappedStore } from '../support/wrapped-store.ts';
import { type Standing, waiting } from './simulation-judge.ts';

/** What is in a store at this moment, without asking for all of it each time. */
export interface View {
  /** The store, for everybody who writes to it: it notes what they write. */
  store: Store;
  /** Those that are with a queue or an agent, or of which a timer is yet to come. */
  conversations: ReadonlyMap<string, ConversationDoc>;
  standing(): Pick<Standing, 'conversations' | 'agents'>;
  /** Conversations that have been written, and how they stood before that; for whoever reads it to clear. */
  changed: Map<string, ConversationDoc | undefined>;
  /**
   * Reads again what may have been written since the last time. Resolves with whether an agent is among that, or a
   * conversation that waits for one. To be called while nobody writes.
   */
  refresh(): Promise<boolean>;
}

const WRITES = ['insertOne', 'updateOne', 'findOneAndUpdate'];

export function viewOf(inner: Store): View {
  const written = { conversations: new Set<string>(), agents: new Set<string>() };
  const conversations = new Map<string, ConversationDoc>();
  const agents = new Map<string, AgentDoc>();
  const changed = new Map<string, ConversationDoc | undefined>();

  function note(collection: CollectionName, first: unknown): void {
    if (collection !== 'conversations' && collection !== 'agents') return;
    const { _id } = first as { _id?: unknown };
    if (typeof _id !== 'string') throw new Error(`A write to ${collection} does not say to which document.`);
    written[collection].add(_id);
  }
  const wrapped = wrappedStore(inner, (operation, run) => {
    if (operation !== 'durable' && WRITES.includes(operation.method)) {
      note(operation.collection, operation.args[0]);
    }
    return run();
  });

  function taken(ids: Set<string>): string[] {
    const all = [...ids];
    ids.clear();
    return all;
  }

  return {
    // What is written in order stays one thing for the engine.
    store: { ...wrapped, inOrder: (writes) => inner.inOrder(writes) },
    conversations,
    standing: () => ({ conversations: [...conversations.values()], agents: [...agents.values()] }),
    changed,
    async refresh() {
      const ids = { conversations: taken(written.conversations), agents: taken(written.agents) };
      const [talks, members] = await Promise.all([
        ids.conversations.length > 0
          ? inner.conversations.find({ _id: { $in: ids.conversations } }).toArray()
          : [],
        ids.agents.length > 0 ? inner.agents.find({ _id: { $in: ids.agents } }).toArray() : [],
      ]);
      for (const agent of members) agents.set(agent._id, agent);
      for (const conversation of talks) {
        const { _id, desk, dueAt } = conversation;
        if (!changed.has(_id)) changed.set(_id, conversations.get(_id));
        if (desk === undefined && dueAt === undefined) conversations.delete(_id);
        else conversations.set(_id, conversation);
      }
      return members.length > 0 || waiting({ conversations: talks }).length > 0;
    },
  };
}
