import { z } from 'zod';
import type { Values } from './texts.ts';

const values = z.record(z.string(), z.json());

/** One dialog under way: where it is, what it has collected, how often its question was answered wrongly. */
const frame = z.object({
  step: z.string(),
  vars: values,
  tries: z.number(),
  /** The version of the dialog file that it began with. */
  version: z.string(),
});

const botState = z.object({
  /** The session that `shared` and the stack belong to. */
  session: z.number(),
  /** Variables of the customer, kept from session to session: `user.name`. */
  user: values,
  /** Variables of the session that all dialogs share: `session.topic`. */
  shared: values,
  /** As Bot Framework keeps it: the dialog under way last, those that called it before it. */
  dialogStack: z.array(z.object({ id: z.string(), state: frame })),
});

export type Frame = z.infer<typeof frame>;
export type BotState = z.infer<typeof botState>;

/**
 * The state that a turn begins with. In another session than the last the dialogs begin afresh and the customer's
 * variables stay. `readable` is false when `stored` is not a state of this bot: then everything begins afresh.
 */
export function openState(stored: string | null, session: number): { state: BotState; readable: boolean } {
  const kept = stored === null ? undefined : parsed(stored);
  if (kept?.session === session) return { state: kept, readable: true };
  const state = { session, user: kept?.user ?? {}, shared: {}, dialogStack: [] };
  return { state, readable: stored === null || kept !== undefined };
}

function parsed(stored: string): BotState | undefined {
  try {
    return botState.safeParse(JSON.parse(stored)).data;
  } catch {
    return undefined;
  }
}

/** All that the dialogs know of the customer's wish, for the agent who takes over. */
export function collected(state: BotState): Values {
  return Object.assign({}, state.user, state.shared, ...state.dialogStack.map((dialog) => dialog.state.vars));
}
