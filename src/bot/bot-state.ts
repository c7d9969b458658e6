import { z } from 'zod';
import type { Values } from './texts.ts';

const values = z.record(z.string(), z.json());

/** One dialog under way: where it is, what it has collected, how often its question was answered wrongly. */
const frame = z.object({
  step: z.string(),
  vars: values,
  tries: z.number(),
  /** The page of its menu that the customer has seen last, from 0. */
  page: z.number().optional(),
  /** The answer to its question that the customer is asked about. */
  confirming: z.json().optional(),
  /** The customer has been reminded to answer its question. */
  reminded: z.literal(true).optional(),
  /** The questions that it has asked, by their steps; the last is the one that is open, if any. */
  asked: z.array(z.string()).default([]),
  /** When it goes on by itself (milliseconds since 1970): where it waits for a time, or for an answer that may not come. */
  until: z.number().nullable().default(null),
  /** The version of the dialog file that it began with. */
  version: z.string(),
});

/** What the last handoff of the session came to; all null before there was one. */
const handoff = z.object({
  outcome: z.enum(['returned', 'cancelled', 'overflow', 'closed', 'untaken']).nullable(),
  answered: z.boolean(),
  disposition: z.string().nullable(),
  opens: z.object({ at: z.number(), timeZone: z.string() }).nullable(),
  holiday: z.string().nullable(),
});

export type HandoffMemory = z.infer<typeof handoff>;

export const NO_HANDOFF: HandoffMemory = {
  outcome: null,
  answered: false,
  disposition: null,
  opens: null,
  holiday: null,
};

const botState = z.object({
  /** The session that `shared` and the stack belong to. */
  session: z.number(),
  /** Variables of the customer, kept from session to session: `user.name`. */
  user: values,
  /** Variables of the session that all dialogs share: `session.topic`. */
  shared: values,
  /** How often each `say` of several texts has been said: those come in turn, also in later sessions. */
  said: z.record(z.string(), z.number()).default({}),
  /** How many turns in a row it has had by itself, since a person last wrote or gave the conversation back. */
  unasked: z.number().default(0),
  /** When the customer has been silent for too long (milliseconds since 1970); null once they were told. */
  silentAt: z.number().nullable().default(null),
  handoff: handoff.default(NO_HANDOFF),
  /** As Bot Framework keeps it: the dialog under way last, those that called it before it. */
  dialogStack: z.array(z.object({ id: z.string(), state: frame })),
});

/** `secrets` are variables as `vars` are, but for the bot alone: see `apart`. */
interface Secretive {
  secrets?: Values;
}

export type Frame = z.infer<typeof frame> & Secretive;
export type BotState = Omit<z.infer<typeof botState>, 'dialogStack'> &
  Secretive & { dialogStack: { id: string; state: Frame }[] };

/** Has a dialog stand at a step as if for the first time: what was tried, shown and waited for before is over. */
export function arriveAt(frame: Frame, step: string): void {
  frame.step = step;
  frame.tries = 0;
  frame.until = null;
  delete frame.confirming;
  delete frame.page;
  delete frame.reminded;
}

/**
 * The state that a turn begins with. In another session than the last the dialogs begin afresh and the customer's
 * variables stay. `readable` is false when `stored` is not a state of this bot: then everything begins afresh.
 */
export function openState(
  stored: string | null,
  session: number,
  hidden: string | null = null,
): { state: BotState; readable: boolean } {
  const kept = stored === null ? undefined : parsed(stored);
  if (kept?.session === session) {
    if (hidden !== null) putBack(kept, hidden);
    return { state: kept, readable: true };
  }
  const state: BotState = {
    session,
    user: kept?.user ?? {},
    shared: {},
    said: kept?.said ?? {},
    unasked: 0,
    silentAt: null,
    handoff: NO_HANDOFF,
    dialogStack: [],
  };
  return { state, readable: stored === null || kept !== undefined };
}

function parsed(stored: string): BotState | undefined {
  try {
    return botState.safeParse(JSON.parse(stored)).data;
  } catch {
    return undefined;
  }
}

/** The secrets of a state by themselves, of the dialogs under way in the order of the stack. */
const secrets = z.object({ session: z.number(), shared: values, frames: z.array(values) });

/** The state as it is stored, and what goes with the session and nobody but the bot may see. */
export function apart(state: BotState): { stored: string; hidden: string | null } {
  const frames = state.dialogStack.map((dialog) => dialog.state.secrets ?? {});
  const { session, secrets: shared = {}, ...rest } = state;
  if ([shared, ...frames].every((held) => Object.keys(held).length === 0)) {
    return { stored: JSON.stringify(state), hidden: null };
  }
  const dialogStack = state.dialogStack.map(({ id, state: { secrets: _, ...plain } }) => ({
    id,
    state: plain,
  }));
  return {
    stored: JSON.stringify({ ...rest, session, dialogStack }),
    hidden: JSON.stringify({ session, shared, frames }),
  };
}

/** What cannot be read, or is of another session, is lost: a variable without a value. */
function putBack(state: BotState, hidden: string): void {
  let read: unknown;
  try {
    read = JSON.parse(hidden);
  } catch {
    return;
  }
  const { data } = secrets.safeParse(read);
  if (data?.session !== state.session) return;
  state.secrets = data.shared;
  for (const [n, held] of data.frames.entries()) {
    const dialog = state.dialogStack[n];
    if (dialog) dialog.state.secrets = held;
  }
}

/**
 * All that the dialogs know of the customer's wish, for the agent who takes over; no secrets. Where a name is the
 * customer's or the session's it stands under `user` or `session`, as dialogs write it.
 */
export function collected({ user, shared: session, dialogStack }: BotState): Values {
  const scopes = Object.entries({ user, session }).filter(([, held]) => Object.keys(held).length > 0);
  return Object.assign({}, ...dialogStack.map((dialog) => dialog.state.vars), Object.fromEntries(scopes));
}
