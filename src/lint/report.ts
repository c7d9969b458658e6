import { formatProblem, type Problem } from '../bot/problems.ts';
import { RULES } from '../bot/rules.ts';
import { type LiveChanges, liveLines } from './live.ts';

export const FORMATS = ['text', 'json', 'github'] as const;

export type Format = (typeof FORMATS)[number];

/** The lines that tell what a lint has found, and what publishing would change. */
export function reportLines(problems: readonly Problem[], format: Format, live?: LiveChanges): string[] {
  const changes = live ? liveLines(live) : [];
  switch (format) {
    case 'text':
      return [...problems.map(textLine), ...changes, summary(problems)];
    case 'json':
      return [JSON.stringify({ problems: problems.map(withSeverity), ...counts(problems), live }, null, 2)];
    case 'github':
      return [...problems.map(githubLine), ...changes, summary(problems)];
  }
}

export function counts(problems: readonly Problem[]): { errors: number; warnings: number } {
  const errors = problems.filter(({ rule }) => RULES[rule].severity === 'error').length;
  return { errors, warnings: problems.length - errors };
}

/** `dialogs/main.yaml:7:11 error unknown_step: no step … — write menu` */
function textLine(problem: Problem): string {
  const { file, line, column, rule } = problem;
  const place = `${file}:${line}:${column}`;
  return `${place} ${RULES[rule].severity} ${rule}: ${formatProblem(problem).slice(place.length + 1)}`;
}

function withSeverity(problem: Problem) {
  return { ...problem, severity: RULES[problem.rule].severity };
}

/** A workflow command: the mistake shows beside the line in a pull request. */
function githubLine({ file, line, column, rule, reason, remedy }: Problem): string {
  const place = `file=${property(file)},line=${line},col=${column},title=${rule}`;
  return `::${RULES[rule].severity} ${place}::${data(`${reason} — ${remedy}`)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function summary(problems: readonly Problem[]): string {
  const { errors, warnings } = counts(problems);
  const told = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  return `${told(errors, 'error')}, ${told(warnings, 'warning')}`;
}
