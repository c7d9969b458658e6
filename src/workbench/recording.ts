import { stringify } from 'yaml';
import { z } from 'zod';
import type { Scripts } from '../bot/load.ts';
import type { Texts } from '../bot/texts.ts';
import { createRedaction } from './redaction.ts';
import { createTextFinder } from './text-finder.ts';

/** What the API answers of a conversation and its messages, as far as a test needs it. */
export const recordedConversation = z.object({
  locale: z.string().nullable(),
  session: z.number(),
  stretches: z.array(z.object({ place: z.string(), since: z.iso.datetime(), reason: z.string() })),
  handoff: z.object({ reason: z.string() }).nullable(),
});

export const recordedMessage = z.object({
  session: z.number(),
  direction: z.enum(['in', 'out', 'note']),
  author: z.object({ kind: z.enum(['customer', 'bot', 'agent', 'system']) }),
  text: z.string(),
  at: z.iso.datetime(),
  status: z.string(),
});

export type RecordedConversation = z.infer<typeof recordedConversation>;
export type RecordedMessage = z.infer<typeof recordedMessage>;

/** What an agent did, by the reason of the stretch that it began. */
const AGENTS_PART: { [reason: string]: string } = {
  claimed: 'claim',
  offer_accepted: 'claim',
  returned: 'return',
  parked: 'wait',
  resumed: 'resume',
  agent_ended: 'end',
  agent_closed: 'close',
  force_closed: 'close',
};

/** Milliseconds. Shorter pauses are how long people take to write. */
const PAUSE = 60_000;

type Step = { [kind: string]: unknown };

interface Happening {
  at: number;
  /** At one time, what a text brings about comes after it. */
  rank: number;
  steps: () => Step[];
}

const HEADER = `# Recorded from a conversation. Numbers, addresses and what the customer was asked for are replaced by made-up values;
# read it all the same before you keep it, and say under \`actions\` and \`http\` what other programs answered.
`;

/**
 * The last session of a conversation as a test file. Texts of the bot become their keys, where the dialogs have them; what
 * customer and agent wrote to each other is nothing that a test needs, and is left out.
 */
export function testOf(
  { locale, session, stretches, handoff }: RecordedConversation,
  messages: readonly RecordedMessage[],
  { scripts, texts }: { scripts: Scripts; texts: Texts },
): string {
  const language = texts.language(locale ?? texts.defaultLanguage);
  const finder = createTextFinder(scripts, texts, language);
  const redaction = createRedaction();
  /** The variable that the last question asked for, when any words are an answer to it. */
  let asked: string | undefined;
  /** Of the last text. */
  let dialog: string | undefined;
  let isWithPerson = false;
  let saidByCustomer = 0;

  const customer = (text: string): Step => {
    saidByCustomer += 1;
    if (isWithPerson) return { user: `Sample text ${saidByCustomer}` };
    return { user: asked === undefined ? redaction.text(text) : redaction.whole(text, `Sample ${asked}`) };
  };
  const bot = (text: string): Step => {
    const keys = finder.keysIn(text, dialog);
    dialog = keys?.at(-1)?.split('/')[0] ?? dialog;
    asked = keys && askedFor(scripts, keys.at(-1) ?? '');
    if (keys === undefined) return { bot: { text: redaction.text(text) } };
    return { bot: keys.length === 1 ? keys[0] : keys };
  };
  const stretch = (place: string, reason: string): Step[] => {
    isWithPerson = place === 'agent' || place === 'waiting' || place === 'wrap_up';
    const part = AGENTS_PART[reason];
    if (part !== undefined) return [{ agent: part }];
    if (reason !== 'handed_off') return place === 'closed' ? [{ expect: { state: 'closed' } }] : [];
    return [{ expect: { state: 'open', ...(handoff ? { handoff: { reason: handoff.reason } } : {}) } }];
  };

  const happenings: Happening[] = [
    ...messages
      .filter((message) => message.session === session && message.status !== 'dropped')
      .flatMap(({ direction, author, text, at }): Happening[] => {
        if (direction === 'note') return [];
        const time = Date.parse(at);
        if (direction === 'in') return [{ at: time, rank: 0, steps: () => [customer(text)] }];
        if (author.kind === 'agent')
          return [{ at: time, rank: 3, steps: () => [{ agent: { say: 'Sample answer' } }] }];
        return [{ at: time, rank: 1, steps: () => [bot(text)] }];
      }),
    ...stretches.map(({ place, since, reason }) => ({
      at: Date.parse(since),
      // What an agent does brings about what the bot says then.
      rank: AGENTS_PART[reason] === undefined ? 2 : 0,
      steps: () => stretch(place, reason),
    })),
  ].sort((a, b) => a.at - b.at || a.rank - b.rank);

  const begun = happenings[0]?.at ?? 0;
  let time = begun;
  const talk = happenings.flatMap(({ at, steps }) => {
    const pause = at - time;
    if (pause >= PAUSE) time = at;
    return [...(pause >= PAUSE ? [{ clock: `${Math.ceil(pause / 1000)}s` }] : []), ...steps()];
  });
  const day = new Date(begun).toISOString().slice(0, 10);
  const test = {
    name: `as it was on ${day}`,
    languages: [language],
    at: new Date(begun).toISOString(),
    talk,
  };
  return HEADER + stringify({ tests: [test] }, { lineWidth: 120 });
}

/** The variable of the open question whose text has this key: `main/name`. */
function askedFor(scripts: Scripts, place: string): string | undefined {
  const [dialog = '', key] = place.split('/');
  for (const node of scripts.dialogs.get(dialog)?.nodes.values() ?? []) {
    if (node.kind === 'ask' && node.key === key && isPersonal(node.type)) return node.as.split('.').at(-1);
  }
  return undefined;
}

function isPersonal(type: string): boolean {
  return type === 'text' || type === 'email' || type === 'phone';
}
