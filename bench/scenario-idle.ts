import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Report } from './report.ts';
import { NODE_FLAGS } from './service-command.ts';
import { ServiceProcess } from './service-process.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

/** Milliseconds. */
const SETTLE = 3_000;
const WATCHED = 30_000;

/** Demo mode as `npm start` runs it, with nobody texting. */
export async function idleScenario(stage: Stage): Promise<Report> {
  const { places } = stage;
  const service = await ServiceProcess.start({
    name: 'switchboard, demo',
    args: [...NODE_FLAGS, 'dist/main.js'],
    env: { DATA_DIR: await stage.folder() },
    cwd: places.repository,
    readyPath: '/readyz',
    readyWithin: 30_000,
    logFile: `${places.temporary}/idle.log`,
  });
  try {
    await sleep(SETTLE);
    const before = service.cpuSeconds();
    await sleep(WATCHED);
    const cpu = ((service.cpuSeconds() - before) / (WATCHED / 1000)) * 100;
    const { resident, own } = service.memory();
    const row = { 'start ms': Math.round(service.startTime), RSS: resident, 'RSS own': own, 'cpu %': cpu };
    return {
      title: 'idle for 30 s after the start, demo mode',
      text: table([row]),
      data: row,
      verdicts: [
        atMost('idle: resident', resident, 120, 'MiB'),
        atMost('idle: of a core', cpu, 1, '%'),
        atMost('start to ready, empty store', service.startTime / 1000, 3, 's'),
      ],
    };
  } finally {
    await service.stop();
  }
}
