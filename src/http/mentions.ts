import { mentionsIn, namedIn } from '../conversations/mentions.ts';
import type { Store } from '../store/documents.ts';

/** The agents whom a note names, as the desk takes them; nothing when it names none that there is, or when there is no note. */
export async function mentionedIn(
  store: Pick<Store, 'agents'>,
  text: string | undefined,
): Promise<{ mentions?: string[] }> {
  if (text === undefined || namedIn(text).length === 0) return {};
  const agents = new Set((await store.agents.find({}).toArray()).map(({ _id }) => _id));
  const mentions = mentionsIn(text, (id) => agents.has(id));
  return mentions.length === 0 ? {} : { mentions };
}
