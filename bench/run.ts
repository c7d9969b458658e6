/** `npm run bench`: measures the service beside others, prints tables, and writes what it found to bench/results. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixedWork } from './fixed-work.ts';
import { LoadProcess } from './load-process.ts';
import { type Options, readOptions, type Scenario } from './options.ts';
import { layOutLocales, type Places } from './places.ts';
import type { Report, Verdict } from './report.ts';
import { deskScenario } from './scenario-desk.ts';
import { idleScenario } from './scenario-idle.ts';
import { inboxScenario } from './scenario-inbox.ts';
import { lintScenario } from './scenario-lint.ts';
import { profileScenario } from './scenario-profile.ts';
import { replyScenario } from './scenario-reply.ts';
import { sizesScenario } from './scenario-sizes.ts';
import { turnScenario } from './scenario-turn.ts';
import { Stage } from './stage.ts';
import { table } from './table.ts';

const SCENARIO: { [K in Scenario]: (stage: Stage, options: Options) => Promise<Report> } = {
  turn: turnScenario,
  inbox: inboxScenario,
  reply: replyScenario,
  sizes: sizesScenario,
  desk: deskScenario,
  lint: lintScenario,
  idle: idleScenario,
};

const options = readOptions(process.argv.slice(2));
const repository = join(import.meta.dirname, '..');
const results = join(import.meta.dirname, 'results');
const places: Places = {
  repository,
  compiled: join(results, 'compiled'),
  temporary: await mkdtemp(join(tmpdir(), 'switchboard-bench-')),
};

/** Services under test run as plain JavaScript; a compiler in their process would be measured too. */
function compile(): void {
  const tsc = join(repository, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(tsc, ['-p', join(repository, 'bench')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The bench does not compile:\n${stdout}`);
}

async function measure(): Promise<Report[]> {
  const load = await LoadProcess.start(join(places.compiled, 'bench/load.js'));
  const stage = new Stage(places, load);
  const interrupted = () => {
    void Promise.all([stage.stopAll(), load.stop()])
      .then(() => rm(places.temporary, { recursive: true, force: true }))
      .finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  const reports: Report[] = [];
  try {
    const scenarios = options.profile ? [profileScenario] : options.only.map((name) => SCENARIO[name]);
    for (const scenario of scenarios) {
      const report = await scenario(stage, options);
      console.log(`\n## ${report.title}\n\n${report.text}`);
      reports.push(report);
    }
    return reports;
  } finally {
    await stage.stopAll();
    await load.stop();
  }
}

function verdictsTable(verdicts: readonly Verdict[]): string {
  return table(verdicts.map(({ met, ...verdict }) => ({ ...verdict, '': met ? 'met' : 'MISSED' })));
}

const machine = {
  node: process.version,
  processors: cpus().length,
  model: cpus()[0]?.model,
  load: loadavg(),
  fixedWork: fixedWork(),
};
try {
  compile();
  await layOutLocales(places);
  const reports = await measure();
  const verdicts = reports.flatMap((report) => report.verdicts);
  if (verdicts.length > 0) console.log(`\n## targets\n\n${verdictsTable(verdicts)}`);
  const { p50, p95 } = machine.fixedWork;
  console.log(`\nOf the same piece of work, p95 was ${(p95 / p50).toFixed(1)} × p50 on this machine.`);
  await mkdir(results, { recursive: true });
  const at = new Date().toISOString();
  const file = join(results, `${at.replaceAll(':', '-')}.json`);
  await writeFile(file, JSON.stringify({ at, machine, options, verdicts, reports }, null, 2));
  console.log(`\nWritten to ${file}`);
} finally {
  await rm(places.temporary, { recursive: true, force: true });
}
