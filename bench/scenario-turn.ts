import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { atMost, type Report } from './report.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

const figures = z.array(z.object({ name: z.string(), cpuMs: z.number() }));

/** What a turn of the bot costs by itself. Compiled as it is loaded: the figures are taken long after. */
export async function turnScenario({ places }: Stage): Promise<Report> {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bench/turns.ts'], {
    cwd: places.repository,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The turns could not be measured:\n${stderr}`);
  const measured = figures.parse(JSON.parse(stdout));
  const [sample] = measured;
  return {
    title: 'processor time of a turn, without a store',
    text: table(measured.map(({ name, cpuMs }) => ({ bot: name, 'cpu ms': cpuMs }))),
    data: measured,
    verdicts: [atMost('a turn of the sample bot', sample?.cpuMs ?? Number.NaN, 0.5, 'ms of processor time')],
  };
}
