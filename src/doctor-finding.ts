import type { SwitchboardError } from './errors.ts';

/** What one look has found. `todo`: what to do about it. */
export type Finding = { what: string; text: string } & (
  | { level: 'ok' }
  | { level: 'warn' | 'fail'; todo: string }
);

/** Known by its name: the engine is loaded late, and what loads it may have a copy of the class of its own. */
export function isOurs(error: unknown): error is SwitchboardError {
  return error instanceof Error && error.name === 'SwitchboardError';
}

/** A line for each finding, and one with what to do below it. */
export function linesOf(finding: Finding): string[] {
  const { level, what, text } = finding;
  const [first = '', ...more] = text.split('\n');
  const lines = [`${level.padEnd(4)}  ${what}: ${first}`, ...more.map((line) => `        ${line}`)];
  return finding.level === 'ok' ? lines : [...lines, `        → ${finding.todo}`];
}
