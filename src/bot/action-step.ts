import type { Json } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import { withinTime } from '../within-time.ts';
import type { Assignment, Base } from './flow.ts';
import type { ScriptTurn } from './script-turn.ts';
import type { Values } from './texts.ts';

/** What an action is told besides its input. */
export interface ActionTurn {
  /**
   * Names this call. A turn may be run again after a crash, and then the id is the same: pass it on as an idempotency
   * key to whatever must not happen twice.
   */
  id: string;
  /** BCP 47 */
  locale: string;
  /** The support number, digits with country code. */
  number: string;
  /** The customer's number, digits with country code. */
  customer: string;
  session: number;
  /** For lines of the log, and for back ends that keep one: what belongs to one text has one id. */
  correlationId?: string;
  /** Aborted once the time of the step is over: nobody waits for the result any more. */
  signal: AbortSignal;
}

/** A zod schema, or what parses as one. */
export interface InputSchema<Input> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: Input }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[] }[] } };
}

/** A function of the program that dialogs can call. What it resolves with must be JSON. */
export type Action = (input: Values, turn: ActionTurn) => Promise<Json>;

/**
 * An action whose input is checked before it is called: one that does not fit fails the turn. `run` gets what the schema
 * makes of it.
 */
export function checkedAction<Input>(
  schema: InputSchema<Input>,
  run: (input: Input, turn: ActionTurn) => Promise<Json>,
): Action {
  return async (input, turn) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(parsed.data, turn);
    // Only the names: the values may be a customer's.
    const wrong = parsed.error.issues.map(({ path }) => path.join('.'));
    throw new SwitchboardError('bot_failed', `The input of an action does not fit: ${wrong.join(', ')}.`);
  };
}

export interface ActionNode {
  kind: 'action';
  action: string;
  input: readonly Assignment[];
  /** Milliseconds. */
  timeout: number;
  as: string | undefined;
}

/** Calls an action. Rejects with what it throws, and with `bot_failed` once its time is over. */
export async function act(
  node: Base & ActionNode,
  action: Action,
  input: Values,
  turn: ScriptTurn,
  count: number,
): Promise<Json> {
  const { activity, conversation, correlationId } = turn.input;
  const late = () =>
    new SwitchboardError('bot_failed', `${node.place}: the action ${node.action} takes too long.`);
  const result = await withinTime(node.timeout, late, (signal) =>
    action(input, {
      id: `${activity.id}:${count}`,
      locale: turn.locale,
      number: conversation.number,
      customer: conversation.customer,
      session: conversation.session,
      ...(correlationId === undefined ? {} : { correlationId }),
      signal,
    }),
  );
  // As the stored state would give it back in the next turn: no dates, no undefined.
  return JSON.parse(JSON.stringify(result ?? null));
}
