import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureClaims, WARM_UP_CLAIMS } from './claims.ts';
import { LoadProcess } from './load-process.ts';
import { layOutLocales, type Places } from './places.ts';
import { summariseProfile } from './profile.ts';
import { Stage } from './stage.ts';

const repository = process.argv[2] ?? join(import.meta.dirname, '..');
const prof = process.argv[3] === 'prof';
const rounds = Number(process.argv[4] ?? 6);
const waiting = Number(process.argv[5] ?? 20000);
const results = join(repository, 'bench/results');
const places: Places = {
  repository,
  compiled: join(results, 'compiled'),
  temporary: await mkdtemp(join(tmpdir(), 'scratch-')),
};
await layOutLocales(places);
const load = await LoadProcess.start(join(places.compiled, 'bench/load.js'));
const stage = new Stage(places, load);
try {
  const dataDir = await stage.folder();
  execFileSync(process.execPath, [
    join(places.compiled, 'bench/desk-process.js'),
    'waiting',
    dataDir,
    String(waiting),
    '1',
    String(WARM_UP_CLAIMS),
  ]);
  const folder = await stage.folder();
  const c = await stage.start('switchboard', {
    dataDir,
    filled: waiting,
    nodeOptions: prof ? ['--cpu-prof', '--cpu-prof-interval=300', `--cpu-prof-dir=${folder}`] : [],
  });
  const score = await measureClaims(c.service, 1, rounds);
  console.log(JSON.stringify(score));
  await stage.stop(c);
  if (prof) {
    const [file = ''] = await readdir(folder);
    const s = await summariseProfile(join(folder, file), { from: 0, to: Number.MAX_SAFE_INTEGER });
    for (const key of ['byPart', 'byFunction', 'withCalled'] as const) {
      console.log(`\n${key}`);
      for (const { name, share } of s[key].slice(0, 60)) console.log((share * 100).toFixed(2), name);
    }
  }
} finally {
  await load.stop();
  await rm(places.temporary, { recursive: true, force: true });
}
