import { join } from 'node:path';
import type { Scripts } from '../bot/load.ts';

/** A step, and how often it was run in each language. */
export interface CoveredStep {
  dialog: string;
  step: string;
  /** The file's name in its folder, and the line, from 1. */
  file: string;
  line: number;
  runs: ReadonlyMap<string, number>;
}

export interface Coverage {
  add(language: string, ran: readonly { dialog: string; step: string }[]): void;
  /** Every step, in the order of the dialogs and of their files. */
  steps(): CoveredStep[];
}

/** Which steps of these dialogs were run. */
export function createCoverage(scripts: Scripts): Coverage {
  const counts = new Map<string, Map<string, number>>();
  return {
    add(language, ran) {
      for (const { dialog, step } of ran) {
        const place = `${dialog}/${step}`;
        const runs = counts.get(place) ?? new Map<string, number>();
        counts.set(place, runs.set(language, (runs.get(language) ?? 0) + 1));
      }
    },
    steps: () =>
      [...scripts.dialogs.values()].flatMap(({ id, nodes }) =>
        [...nodes.values()]
          .map(({ id: step, place }) => {
            const [, file = '', line = '1'] = /([^/]*):(\d+)$/.exec(place) ?? [];
            const runs = counts.get(`${id}/${step}`) ?? new Map<string, number>();
            return { dialog: id, step, file, line: Number(line), runs };
          })
          .sort((a, b) => a.line - b.line),
      ),
  };
}

/** Percent of the steps that were run in a language; 100 where there is none. */
export function covered(steps: readonly CoveredStep[], language: string): number {
  const run = steps.filter(({ runs }) => runs.has(language)).length;
  return steps.length === 0 ? 100 : (100 * run) / steps.length;
}

/**
 * lcov's form (geninfo(1)): a record for each language and dialog file, the language as the name of the test, each step
 * as a function and its line. `folder` is that of the dialogs.
 */
export function lcovOf(steps: readonly CoveredStep[], languages: readonly string[], folder: string): string {
  const files = grouped(steps, ({ file }) => file);
  return languages
    .flatMap((language) =>
      [...files].map(([file, ofFile]) => {
        const count = ({ runs }: CoveredStep) => runs.get(language) ?? 0;
        const lines = grouped(ofFile, ({ line }) => line);
        const hits = [...lines].map(
          ([line, on]) => [line, on.reduce((sum, step) => sum + count(step), 0)] as const,
        );
        return [
          // Only letters, digits and _ may stand in a name.
          `TN:${language.replaceAll('-', '_')}`,
          `SF:${join(folder, file)}`,
          ...ofFile.map(({ line, dialog, step }) => `FN:${line},${dialog}/${step}`),
          ...ofFile.map((step) => `FNDA:${count(step)},${step.dialog}/${step.step}`),
          `FNF:${ofFile.length}`,
          `FNH:${ofFile.filter((step) => count(step) > 0).length}`,
          ...hits.map(([line, n]) => `DA:${line},${n}`),
          `LF:${hits.length}`,
          `LH:${hits.filter(([, n]) => n > 0).length}`,
          'end_of_record\n',
        ].join('\n');
      }),
    )
    .join('');
}

/** Runs by `dialog/step` and language, out of `lcovOf`. */
export function readLcov(lcov: string): Map<string, Map<string, number>> {
  const steps = new Map<string, Map<string, number>>();
  let language = '';
  for (const line of lcov.split(/\r?\n/)) {
    const [, name] = /^TN:(.*)$/.exec(line) ?? [];
    if (name !== undefined) language = name.replaceAll('_', '-');
    const [, count, step] = /^FNDA:(\d+),(.*)$/.exec(line) ?? [];
    if (step === undefined) continue;
    const runs = steps.get(step) ?? new Map<string, number>();
    steps.set(step, runs.set(language, (runs.get(language) ?? 0) + Number(count)));
  }
  return steps;
}

export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
