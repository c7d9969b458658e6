import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contestant, contest } from './contest.ts';
import { LoadProcess } from './load-process.ts';
import { layOutLocales, type Places } from './places.ts';
import { Stage } from './stage.ts';

// node scratch-reply.ts <rounds> <inFlight> variant...   variant = plain[+flag…] | <repo>[+flag…]
const [roundsArg, inFlightArg, ...variants] = process.argv.slice(2);
const own = join(import.meta.dirname, '..');
const temporary = await mkdtemp(join(tmpdir(), 'scratch-'));
const placesOf = (repository: string): Places => ({
  repository,
  compiled: join(own, 'bench/results/compiled'),
  temporary,
});
await layOutLocales(placesOf(own));
const load = await LoadProcess.start(join(own, 'bench/results/compiled/bench/load.js'));
const contestants: Contestant[] = [];
const stages: Stage[] = [];
let n = 0;
try {
  for (const variant of variants) {
    const [what = '', ...flags] = variant.split('+');
    const places = placesOf(what === 'plain' ? own : what);
    const stage = new Stage({ ...places }, load);
    // folders are numbered per stage
    stages.push(stage);
    const dataDir = await mkdtemp(join(temporary, `v${n++}-`));
    contestants.push(
      await stage.start(what === 'plain' ? 'plain-bot' : 'switchboard', { dataDir, nodeOptions: flags }),
    );
  }
  const inFlight = Number(inFlightArg);
  const scores = await contest(load, contestants, {
    run: { until: 'reply', inFlight, customers: 1500, texts: 7 },
    rounds: Number(roundsArg),
    warmUp: 7000,
  });
  for (const [at, s] of scores.entries()) {
    console.log(
      variants[at],
      'rate',
      s.rate.toFixed(0),
      'p50',
      s.reply.p50.toFixed(1),
      'p95',
      s.reply.p95.toFixed(1),
      'cpu',
      s.serviceCpu.toFixed(2),
      'cpu ms each',
      ((s.serviceCpu / s.rate) * 1000).toFixed(3),
      'noise',
      s.noise.toFixed(2),
      'rss',
      JSON.stringify(s.memory),
      'missing',
      s.missing,
      s.wrong,
      'rounds',
      s.rounds.map((r) => r.rate.toFixed(0)).join(' '),
    );
  }
} finally {
  for (const stage of stages) await stage.stopAll();
  await load.stop();
  await rm(temporary, { recursive: true, force: true });
}
