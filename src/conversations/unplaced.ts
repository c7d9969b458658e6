import type { ConversationDoc, Store } from '../store/documents.ts';
import { chooseAgent, type Refusal } from './distribution.ts';
import type { Settings } from './settings.ts';
import { isPushed, wantedOf } from './wanted.ts';

/**
 * Why nobody could be asked now about a conversation that is to be put before agents, as the push would find. Null where it
 * is not, where it has been put before one, and where there is one: then it is a matter of a moment, or of who is before it.
 */
export async function whyUnplaced(
  {
    store,
    settings,
    now,
  }: {
    store: Pick<Store, 'agents'>;
    settings: Pick<Settings, 'workstream'>;
    now: () => number;
  },
  conversation: ConversationDoc,
): Promise<Refusal['why'] | null> {
  if (conversation.state !== 'open' || conversation.offer || !isPushed(conversation, settings)) return null;
  const agents = await store.agents.find({}).toArray();
  const choice = chooseAgent(agents, wantedOf(conversation, settings, agents, now()), now());
  return choice.agentId === null ? choice.why : null;
}
