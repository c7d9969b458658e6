import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { LANGUAGES, writeLargeSet } from './large-set.ts';
import { median } from './latency.ts';
import type { Options } from './options.ts';
import { atMost, type Report } from './report.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

const DIALOGS = 200;

/** The whole command, as a conversation designer runs it. */
export async function lintScenario(stage: Stage, { rounds }: Options): Promise<Report> {
  const cwd = await stage.folder();
  await writeLargeSet(cwd, DIALOGS);
  const command = [join(stage.places.repository, 'dist/cli.js'), 'lint', '--format', 'json'];
  const times: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const began = performance.now();
    await promisify(execFile)(process.execPath, command, { cwd, maxBuffer: 10_000_000 });
    times.push(performance.now() - began);
  }
  const ms = median(times);
  return {
    title: 'switchboard lint',
    text: table([{ dialogs: DIALOGS, languages: LANGUAGES.length, ms }]),
    data: times,
    verdicts: [atMost(`lint of ${DIALOGS} dialogs in ${LANGUAGES.length} languages`, ms, 2000, 'ms')],
  };
}
