import { sideBySide, table } from './columns.ts';
import { type CoveredStep, covered, grouped } from './coverage.ts';
import type { TestResult } from './test-run.ts';

/** What became of a failed test: where, and what was expected and got side by side. */
export function failureLines({ file, name, language, failure }: TestResult): string[] {
  if (!failure) return [];
  const { line, after, expected, got, notes } = failure;
  return [
    `✗ ${file}:${line} ${name} (${language})`,
    ...(after === undefined ? [] : [`    after ${after}`]),
    ...sideBySide(['expected', expected], ['got', got]).map((row) => `    ${row}`),
    ...notes.map((note) => `    ${note}`),
    '',
  ];
}

/** `148 tests passed in 3 languages, 2 failed (1.4 s)`; `took` in milliseconds. */
export function summaryLine(results: readonly TestResult[], took: number): string {
  const failed = results.filter(({ failure }) => failure).length;
  const languages = new Set(results.map(({ language }) => language)).size;
  const passed = `${results.length - failed} passed in ${languages} language${languages === 1 ? '' : 's'}`;
  return `${passed}, ${failed} failed (${(took / 1000).toFixed(1)} s)`;
}

/** Percent by dialog and language, then each step that some language has not run. */
export function coverageLines(steps: readonly CoveredStep[], languages: readonly string[]): string[] {
  const percent = (some: readonly CoveredStep[], language: string) =>
    `${Math.floor(covered(some, language) * 10) / 10} %`;
  const dialogs = grouped(steps, ({ dialog }) => dialog);
  const row = (name: string, some: readonly CoveredStep[]) => [
    name,
    String(some.length),
    ...languages.map((language) => percent(some, language)),
  ];
  const rows = [
    ['dialog', 'steps', ...languages],
    ...[...dialogs].map(([dialog, some]) => row(dialog, some)),
    row('all', steps),
  ];
  const missing = steps.flatMap((step) => {
    const not = languages.filter((language) => !step.runs.has(language));
    if (not.length === 0) return [];
    return [
      `  ${step.file}:${step.line} ${step.step} never run${not.length < languages.length ? ` in ${not.join(', ')}` : ''}`,
    ];
  });
  return [...table(rows), ...missing];
}
