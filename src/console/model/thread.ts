import type { Agent, Conversation, ConversationDetail, Message } from './types.ts';

/** What stands in a transcript, from above: messages, and between them what borders and changes them. */
export type ThreadItem =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'session'; key: string; at: string; session: number }
  | { kind: 'event'; key: string; at: string; reason: string; agentId: string | null; queueId: string | null }
  /** `follows` = it goes on what stands right above, of the same author. */
  | { kind: 'message'; key: string; at: string; message: Message; follows: boolean };

/** What goes without saying, as the messages show it. */
const SILENT: ReadonlySet<string> = new Set(['customer_wrote', 'agent_replied']);

/** Milliseconds: a message so much later stands by itself. */
const TOGETHER = 5 * 60_000;

type Stretch = ConversationDetail['stretches'][number];

/** `stretches` are those of the running session; they are shown where its messages are. */
export function threadOf(messages: readonly Message[], stretches: readonly Stretch[]): ThreadItem[] {
  const items: ThreadItem[] = [];
  const from = messages[0]?.at ?? '';
  const events = stretches.filter(({ reason, since }) => !SILENT.has(reason) && since >= from);
  let next = 0;
  let before: Message | undefined;
  const happen = (until: string | undefined) => {
    for (
      let event = events[next];
      event && (until === undefined || event.since < until);
      event = events[next]
    ) {
      const { since: at, reason, agentId, queueId } = event;
      items.push({ kind: 'event', key: `event ${next} ${at}`, at, reason, agentId, queueId });
      before = undefined;
      next += 1;
    }
  };
  let day = '';
  let session = 0;
  for (const message of messages) {
    happen(message.at);
    const { at } = message;
    const date = new Date(at).toDateString();
    // A text that is not handled yet has no session: it goes on the one above.
    if (message.session > session) {
      session = message.session;
      items.push({ kind: 'session', key: `session ${session}`, at, session });
      before = undefined;
    } else if (date !== day) {
      items.push({ kind: 'day', key: `day ${date}`, at });
      before = undefined;
    }
    day = date;
    items.push({ kind: 'message', key: message.id, at, message, follows: goesOn(before, message) });
    before = message;
  }
  happen(undefined);
  return items;
}

function goesOn(before: Message | undefined, message: Message): boolean {
  return (
    before !== undefined &&
    before.direction === message.direction &&
    before.author.kind === message.author.kind &&
    before.author.id === message.author.id &&
    Date.parse(message.at) - Date.parse(before.at) < TOGETHER
  );
}

/**
 * Whether I may see to a text that did not go out. Who had it in an earlier session is not known here: there the service
 * decides.
 */
export function mayRepair(
  me: Pick<Agent, 'id' | 'role'>,
  { agentId, state, handler }: Pick<Conversation, 'agentId' | 'state' | 'handler'>,
  stretches: readonly Stretch[],
  { author }: Pick<Message, 'author'>,
): boolean {
  if (me.role !== 'agent' || (agentId === me.id && state !== 'closed')) return true;
  const last = stretches.findLast((stretch) => stretch.agentId !== null)?.agentId ?? agentId ?? me.id;
  const left = (state === 'closed' || handler === 'bot') && last === me.id;
  return left && author.kind === 'agent' && author.id === me.id;
}
