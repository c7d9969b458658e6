import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { summariseProfile } from '../../bench/profile.ts';

const frame = (functionName: string, url = '', lineNumber = 9) => ({ functionName, url, lineNumber });

/** Five samples, 100 µs apart, from 1000 on: start, idle, native, own, package. */
const PROFILE = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 5] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('commit', 'file:///srv/dist/store/embedded.js'), children: [4, 6] },
    { id: 4, callFrame: frame('writev') },
    { id: 5, callFrame: frame('load', 'file:///srv/dist/app.js') },
    { id: 6, callFrame: frame('put', 'file:///srv/node_modules/lmdb/write.js', 146) },
  ],
  startTime: 900,
  samples: [5, 2, 4, 3, 6],
  timeDeltas: [100, 100, 100, 100, 100],
};

describe('the summary of a profile', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-profile-'));
    await writeFile(join(folder, 'one.cpuprofile'), JSON.stringify(PROFILE));
  });

  after(() => rm(folder, { recursive: true }));

  const summarise = () => summariseProfile(join(folder, 'one.cpuprofile'), { from: 1050, to: 1350 });

  it('counts the window only, and idle time as not busy', async () => {
    const { busy, byFunction } = await summarise();
    expect(busy).to.be.closeTo(2 / 3, 1e-9);
    expect(byFunction.map(({ name }) => name)).to.not.include('load dist/app.js:10');
  });

  it('names native code with its caller', async () => {
    const { byFunction, byPart } = await summarise();
    expect(byFunction).to.deep.include({ name: 'writev ← commit dist/store/embedded.js:10', share: 0.5 });
    expect(byPart).to.deep.include({ name: '(native)', share: 0.5 });
    expect(byPart).to.deep.include({ name: 'dist/store', share: 0.5 });
  });

  it('adds what a function calls to the function', async () => {
    const { withCalled } = await summarise();
    expect(withCalled).to.deep.equal([{ name: 'commit dist/store/embedded.js:10', share: 1 }]);
  });
});
