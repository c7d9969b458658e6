import type { Json } from '../bot-turn.ts';
import { languageChain } from '../languages.ts';
import type { AgentDoc, ConversationDoc, QuickReplyDoc } from '../store/documents.ts';
import { type Actor, isSupervisor } from './rights.ts';

/** `{{name}}`, also of a value within: `{{order.number}}`. */
const PLACEHOLDER = /\{\{\s*([A-Za-z_]\w*(?:\.\w+)*)\s*\}\}/g;

/** What a text with placeholders became; `missing` = names without a value, whose places are empty. */
export interface Filled {
  text: string;
  missing: string[];
}

/** True when every `{{` begins a placeholder. Any name is fine: what a handoff's context holds is the dialogs' matter. */
export function isTemplate(text: string): boolean {
  return !text.replace(PLACEHOLDER, '').includes('{{');
}

/** The values are texts, numbers and booleans; an object has none of its own. */
export function fillTemplate(text: string, values: { readonly [name: string]: Json }): Filled {
  const missing = new Set<string>();
  const filled = text.replace(PLACEHOLDER, (_, name: string) => {
    const value = valueAt(values, name.split('.'));
    if (value === undefined) missing.add(name);
    return value ?? '';
  });
  return { text: filled, missing: [...missing] };
}

function valueAt(values: { readonly [name: string]: Json }, path: readonly string[]): string | undefined {
  let at: Json | undefined = values;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, name))
      return undefined;
    at = at[name];
  }
  return at === undefined || at === null || typeof at === 'object' ? undefined : String(at);
}

/**
 * What the texts for this conversation may name: `customer` and `number` (E.164), `agent` (the writer's name), `queue` (its
 * name), and the handoff's context, which does not replace these.
 */
export function replyValues(
  conversation: Pick<ConversationDoc, 'customer' | 'number' | 'handoff'>,
  agent: Pick<AgentDoc, 'name'>,
  queue: { name: string } | null,
): { [name: string]: Json } {
  const context: { [name: string]: Json } =
    conversation.handoff === undefined ? {} : JSON.parse(conversation.handoff.context);
  return {
    ...context,
    customer: `+${conversation.customer}`,
    number: `+${conversation.number}`,
    agent: agent.name,
    queue: queue?.name ?? null,
  };
}

/**
 * The text for a customer of this locale and its language: the nearest that there is, else that of `defaultLanguage`,
 * else the first.
 */
export function textFor(
  { texts }: Pick<QuickReplyDoc, 'texts'>,
  locale: string,
  defaultLanguage: string,
): { language: string; text: string } {
  const languages = Object.keys(texts);
  const near = [
    ...languageChain(locale, languages, defaultLanguage),
    ...languageChain(defaultLanguage, languages, defaultLanguage),
  ];
  const language = near.find((one) => Object.hasOwn(texts, one)) ?? languages[0] ?? defaultLanguage;
  return { language, text: texts[language] ?? '' };
}

/** Nobody sees what a colleague keeps for themselves. */
export function maySeeReply(actor: Actor, { personal }: Pick<QuickReplyDoc, 'personal'>): boolean {
  return personal === undefined || personal === actor.id;
}

/** An agent their own, a supervisor everybody's. */
export function mayChangeReply(actor: Actor, { personal }: Pick<QuickReplyDoc, 'personal'>): boolean {
  return personal === undefined ? isSupervisor(actor) : personal === actor.id;
}
