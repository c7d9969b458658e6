import type { HandoffRequest } from '../bot-turn.ts';
import type { Frame } from './bot-state.ts';
import type { Expression } from './expressions.ts';
import type { Base, Laying, Next } from './flow.ts';
import { instead } from './nearest.ts';
import type { Step } from './script.ts';
import { milliseconds } from './script-fields.ts';
import type { ScriptTurn } from './script-turn.ts';
import { everyStep } from './steps.ts';

export interface HandoffNode {
  kind: 'handoff';
  queue: string;
  /** Gives the id of another queue. */
  queueBy: Expression | undefined;
  reason: string;
  summary: string;
  skills: readonly string[];
  priority: Expression | undefined;
  /** The variables that the agent gets; undefined = all. */
  context: readonly string[] | undefined;
  /** `after` in milliseconds. */
  untaken: { after: number; first: Next } | undefined;
  /** Undefined: it waits in its queue outside the queue's hours too. */
  closed: Next | undefined;
  returned: Next;
  cancelled: Next;
}

/** What would speak to a customer who cannot answer, or leave the handoff that still waits. */
const NOT_WHILE_WAITING = [
  ...['ask', 'choice', 'confirm', 'call', 'return', 'goto', 'handoff', 'wait'],
] as const satisfies string[];

const WHILE_WAITING = 'say, set, if, switch, http, action or end';

export function layHandoff(step: Extract<Step, { handoff: string }>, base: Base, laying: Laying) {
  const { path, next } = base;
  const { untaken, returned = [], cancelled = returned, closed } = step.on ?? {};
  const on = [...path, 'on'];
  laying.list(returned, [...on, 'returned'], next);
  if (cancelled !== returned) laying.list(cancelled, [...on, 'cancelled'], next);
  if (closed) laying.list(closed, [...on, 'closed'], next);
  for (const [n, name] of (step.context ?? []).entries()) {
    if (name.includes('.') || laying.variables.has(name)) continue;
    const remedy = instead(name, laying.variables, 'set it before');
    laying.report(
      [...path, 'context', n],
      `no step of this dialog sets "${name}"`,
      remedy,
      'unknown_variable',
    );
  }
  const waiting = { waitAt: base.id };
  if (untaken) {
    for (const { step: inner, path: at } of everyStep(untaken.do, [...on, 'untaken', 'do'])) {
      const kind = NOT_WHILE_WAITING.find((name) => name in inner);
      if (kind === undefined) continue;
      const reason = `${kind} cannot stand in untaken: the conversation still waits for an agent, so no answer comes to the bot`;
      const remedy = `use ${WHILE_WAITING} here; to ask something, have the queue give it back to the bot by a rule for overflow, and ask in returned`;
      laying.report([...at, kind], reason, remedy, 'untaken_step');
    }
    laying.list(untaken.do, [...on, 'untaken', 'do'], waiting);
  }
  const node: HandoffNode = {
    kind: 'handoff',
    queue: step.handoff,
    queueBy:
      step.queue === undefined ? undefined : laying.expression(step.queue, [...path, 'queue'], 'string'),
    reason: step.reason,
    summary: step.summary,
    skills: step.skills ?? [],
    priority:
      step.priority === undefined
        ? undefined
        : laying.expression(step.priority, [...path, 'priority'], 'number'),
    context: step.context,
    untaken: untaken && { after: milliseconds(untaken.after), first: laying.first(untaken.do, waiting) },
    closed: closed && laying.first(closed, next),
    returned: laying.first(returned, next),
    cancelled: laying.first(cancelled, next),
  };
  return { ...base, ...node };
}

/** What the step asks for. An expression without a value that fits counts as not written, and is logged. */
export function handoffOf(
  node: Base & HandoffNode,
  dialog: string,
  frame: Frame,
  turn: ScriptTurn,
): HandoffRequest {
  const noValue = (field: string) =>
    turn.warn({ step: node.id, place: node.place }, `The ${field} of a handoff has no value that fits.`);
  const { queueBy, priority } = node;
  const scope = queueBy || priority ? turn.scope(frame) : undefined;
  const queue = scope && queueBy?.evaluate(scope);
  if (queueBy && typeof queue !== 'string') noValue('queue');
  const computed = scope && priority?.evaluate(scope);
  const fits = typeof computed === 'number' && Number.isInteger(computed) && Math.abs(computed) <= 100;
  if (priority && !fits) noValue('priority');
  return {
    queue: typeof queue === 'string' ? queue : node.queue,
    reason: node.reason,
    summary: turn.text(dialog, node.summary, frame),
    context: turn.collected(frame, node.context),
    skills: [...node.skills],
    priority: fits ? computed : null,
    unlessClosed: node.closed !== undefined && turn.mayHearClosed,
    ...(turn.state.handoff.outcome === 'closed' ? { knowsClosed: true } : {}),
    untakenAfter: node.untaken?.after ?? null,
  };
}
