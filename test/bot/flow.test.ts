import { expect } from 'chai';
import { layOut } from '../../src/bot/flow.ts';
import type { Problem } from '../../src/bot/problems.ts';
import { readScript } from '../../src/bot/script-file.ts';

function flowOf(steps: string) {
  const { script, source, problems } = readScript('main.yaml', `id: main\nsteps:\n${steps}`);
  if (!script) throw new Error(JSON.stringify(problems));
  const found: Problem[] = [];
  const flow = layOut(script, source, found);
  expect(found).to.deep.equal([]);
  return flow;
}

describe('the flow of a dialog', () => {
  it('leads from step to step, through branches and past them', () => {
    const { first, nodes } = flowOf(`
  - if: true
    then:
      - say: a
      - say: b
    else:
      - say: c
  - id: last
    say: d
`);
    expect(first).to.equal('if:true');
    expect(nodes.get('if:true')).to.deep.include({ whenTrue: 'say:a', whenFalse: 'say:c' });
    expect(nodes.get('say:a')?.next).to.equal('say:b');
    expect(nodes.get('say:b')?.next).to.equal('last');
    expect(nodes.get('say:c')?.next).to.equal('last');
    expect(nodes.get('last')?.next).to.equal(null);
  });

  it('leads on past branches that hold nothing', () => {
    const { nodes } = flowOf('  - if: true\n    then: []\n  - say: d\n');
    expect(nodes.get('if:true')).to.deep.include({ whenTrue: 'say:d', whenFalse: 'say:d' });
  });

  it('comes back to a handoff that nobody took, and leaves one that was returned', () => {
    const { nodes } = flowOf(`
  - id: h
    handoff: q
    reason: r
    summary: s
    on:
      untaken:
        after: 90s
        do:
          - say: a
      returned:
        - say: b
  - say: c
`);
    expect(nodes.get('h')).to.deep.include({ untaken: { after: 90_000, first: 'say:a' }, returned: 'say:b' });
    expect(nodes.get('say:a')?.next).to.deep.equal({ waitAt: 'h' });
    expect(nodes.get('say:b')?.next).to.equal('say:c');
  });

  it('gives steps ids made of what they do, so that an inserted step does not move the others', () => {
    const before = [...flowOf('  - say: a\n  - call: b\n  - say: a\n').nodes.keys()];
    const after = [...flowOf('  - set: { x: 1, y: 2 }\n  - say: a\n  - call: b\n  - say: a\n').nodes.keys()];
    expect(before).to.deep.equal(['say:a', 'call:b', 'say:a#2']);
    expect(after).to.deep.equal(['set:x,y', 'say:a', 'call:b', 'say:a#2']);
  });

  it('knows what its steps set', () => {
    const { variables } = flowOf(`
  - ask: a
    as: name
  - if: true
    then:
      - set: { deep: 1, user.name: name, session.x: 2 }
  - call: other
    as: result
`);
    expect([...variables]).to.have.members(['name', 'deep', 'result']);
  });
});
