import type { Next, Node } from './flow.ts';
import type { Question } from './question-node.ts';

/** One of the places where a step may lead. */
export interface Way {
  next: Next;
  /**
   * What comes before: nothing; something from outside, such as an answer, an agent or a time; or another dialog, which runs
   * to its end.
   */
  through: 'nothing' | 'outside' | 'dialog';
  /** Which of its ways it is, for people; '' where there is none to tell it from. */
  label: string;
}

/** All places where a step may lead, whatever the values and answers are. */
export function waysOf(node: Node): Way[] {
  switch (node.kind) {
    case 'say':
    case 'set':
    case 'goto':
    case 'action':
    case 'return':
      return way('nothing', '', node.next);
    case 'http':
      return [...way('nothing', '', node.next), ...way('nothing', 'fails', node.failed)];
    case 'if':
      return [...way('nothing', 'yes', node.whenTrue), ...way('nothing', 'no', node.whenFalse)];
    case 'switch':
      return [
        ...[...node.cases].flatMap(([value, next]) => way('nothing', value, next)),
        ...way('nothing', 'else', node.otherwise),
      ];
    case 'call':
      return way('dialog', '', node.next);
    case 'ask':
      return [
        ...way('outside', '', node.next),
        ...unanswered(node),
        ...(node.skipIfKnown ? way('nothing', '', node.next) : []),
      ];
    case 'choice':
      return [...node.options.flatMap(({ value, next }) => way('outside', value, next)), ...unanswered(node)];
    case 'confirm':
      return [...way('outside', 'yes', node.yes), ...way('outside', 'no', node.no), ...unanswered(node)];
    case 'wait':
      return way('outside', '', node.next);
    case 'handoff':
      return [
        ...way('outside', 'returned', node.returned),
        ...(node.cancelled === node.returned ? [] : way('outside', 'cancelled', node.cancelled)),
        ...way('outside', 'closed', node.closed),
        ...way('outside', 'untaken', node.untaken?.first),
      ];
    case 'end':
      return [];
  }
}

function way(through: Way['through'], label: string, next: Next | undefined): Way[] {
  return next === undefined ? [] : [{ next, through, label }];
}

function unanswered({ invalid, noReply }: Question): Way[] {
  return [...way('outside', 'invalid', invalid), ...way('outside', 'no reply', noReply?.first)];
}
