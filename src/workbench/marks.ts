import type { GraphStep } from './graph.ts';

/** How much of a step was run by tests: in no language, in some, in all. Undefined = there is no coverage. */
export function coveredIn(
  step: GraphStep,
  languages: readonly string[],
): 'never' | 'partly' | 'all' | undefined {
  if (!step.runs) return undefined;
  const run = languages.filter((language) => (step.runs?.get(language) ?? 0) > 0).length;
  return run === 0 ? 'never' : run < languages.length ? 'partly' : 'all';
}

/** What a drawing says under a step: in which languages no test runs it, and how many live sessions ended there. */
export function notesOf(step: GraphStep, languages: readonly string[]): string[] {
  const covered = coveredIn(step, languages);
  const missing = languages.filter((language) => !step.runs?.get(language));
  return [
    ...(covered === 'never' ? ['never tested'] : []),
    ...(covered === 'partly' ? [`not tested in ${missing.join(', ')}`] : []),
    ...(step.live ?? []).map(
      ({ language, reached, left }) =>
        `${language}: ${reached} came, ${left} left (${percent(left, reached)} %)`,
    ),
  ];
}

/** Whether a tenth of those who came, or more, wrote no more. */
export function losesMany({ live = [] }: GraphStep): boolean {
  const reached = live.reduce((sum, row) => sum + row.reached, 0);
  const left = live.reduce((sum, row) => sum + row.left, 0);
  return left > 0 && left >= reached / 10;
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((100 * part) / whole);
}
