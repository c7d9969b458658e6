import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { formatProblem, sortedProblems } from '../bot/problems.ts';
import { SwitchboardError } from '../errors.ts';
import { type CoveredStep, covered, createCoverage, lcovOf } from '../workbench/coverage.ts';
import { openRehearsalStore } from '../workbench/rehearsal-store.ts';
import { readTestFile, type TestFile } from '../workbench/test-file.ts';
import { coverageLines, failureLines, summaryLine } from '../workbench/test-report.ts';
import { nameProblems, runTests, type TestResult } from '../workbench/test-run.ts';
import { actionsOf, dialogsOf, knownLanguage, optionsOf } from './dialogs.ts';
import { stageOf } from './stage.ts';

const options = z.object({
  language: z.array(z.string()).optional(),
  coverage: z.boolean().optional(),
  lcov: z.string().optional(),
  threshold: z.coerce.number().min(0).max(100).optional(),
  actions: z.string().optional(),
});

export interface Printer {
  print(line: string): void;
}

/** False when a test fails or too little was run. Throws `dialogs_invalid` for mistakes in dialogs and test files. */
export async function runTestCommand(
  env: Record<string, string | undefined>,
  only: readonly string[],
  given: unknown,
  { print }: Printer,
): Promise<boolean> {
  const { language, coverage: tellsCoverage, lcov, threshold, actions } = optionsOf(options, given);
  const started = performance.now();
  const { results, steps, languages, dialogsDir } = await runAll(env, only, actions, language, (result) => {
    for (const line of failureLines(result)) print(line);
  });
  const low = languages.filter((one) => threshold !== undefined && covered(steps, one) < threshold);
  if (tellsCoverage || low.length > 0) {
    for (const line of [...coverageLines(steps, languages), '']) print(line);
  }
  if (lcov !== undefined) await writeFile(lcov, lcovOf(steps, languages, dialogsDir));
  for (const one of low) print(`less than ${threshold} % of the steps were run in ${one}`);
  print(summaryLine(results, performance.now() - started));
  return low.length === 0 && results.every(({ failure }) => failure === null);
}

/** Runs test files, all when none is named, in these languages, all when undefined. */
export async function runAll(
  env: Record<string, string | undefined>,
  only: readonly string[],
  module: string | undefined,
  language?: readonly string[],
  done?: (result: TestResult) => void,
): Promise<{
  results: TestResult[];
  steps: CoveredStep[];
  languages: readonly string[];
  dialogsDir: string;
}> {
  const dialogs = await dialogsOf(env);
  const { dialogsDir } = dialogs.config;
  const tests = await readTests(only.length > 0 ? only : await testsIn(dialogsDir));
  refuse(tests.flatMap(({ problems }) => problems));
  const mocked = tests.flatMap((file) => file.tests.flatMap(({ setup }) => Object.keys(setup.actions ?? {})));
  const stage = await stageOf(dialogs, await actionsOf(module), { mocked });
  refuse(tests.flatMap((file) => [...nameProblems(file, stage)]));
  const { languages } = stage.texts;
  for (const one of language ?? []) knownLanguage(one, languages);
  const coverage = createCoverage(stage.scripts);
  const store = await openRehearsalStore();
  try {
    const parts = { stage, store, coverage, ...(language ? { languages: language } : {}) };
    const results = await runTests(tests, parts, done);
    return { results, steps: coverage.steps(), languages: language ?? languages, dialogsDir };
  } finally {
    await store.close();
  }
}

async function testsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /\.test\.ya?ml$/.test(name)).sort();
  return names.map((name) => join(folder, name));
}

function readTests(files: readonly string[]): Promise<TestFile[]> {
  return Promise.all(
    files.map(async (file) => {
      const content = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw new SwitchboardError('dialogs_invalid', `${file} cannot be read. Check the path.`, { cause });
      });
      return readTestFile(relative('.', file), content);
    }),
  );
}

function refuse(problems: Parameters<typeof sortedProblems>[0]): void {
  if (problems.length === 0) return;
  const lines = sortedProblems(problems).map(formatProblem);
  throw new SwitchboardError('dialogs_invalid', `There are mistakes in the tests:\n${lines.join('\n')}`);
}
