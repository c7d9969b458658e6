import { expect } from 'chai';
import { checkedSet } from '../../src/bot/checked-set.ts';
import { dialogSetId } from '../../src/bot/dialog-files.ts';
import { liveChanges, liveLines, type Standing } from '../../src/lint/live.ts';
import { dialogSet } from '../support/dialog-set.ts';
import type { Files } from './fixtures.ts';

const LIVE = 'aaaaaaaaaaaaaaaa';

function main(steps: string, text = 'One', more: Files = {}): Files {
  return {
    'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
    'locales/en/main.json': { a: text },
    ...more,
  };
}

const BEFORE = main('  - id: menu\n    ask: a\n    as: x\n  - say: a\n', 'One', {
  'dialogs/old.yaml': 'id: old\nsteps:\n  - id: q\n    ask: a\n    as: x\n',
  'locales/en/old.json': { a: 'One' },
});

async function changesTo(files: Files, standing: Omit<Standing, 'setId'>[], setId = LIVE) {
  const options = { defaultLanguage: 'en', actionNames: [] };
  const folder = dialogSet(files);
  return liveChanges(
    await checkedSet(dialogSet(BEFORE), options),
    await checkedSet(folder, options),
    dialogSetId(folder),
    standing.map((row) => ({ setId, ...row })),
  );
}

const MENU = { dialog: 'main', step: 'menu', conversations: 12 };
const OLD = { dialog: 'old', step: 'q', conversations: 3 };

describe('what publishing would change', () => {
  it('is nothing for the set that is live', async () => {
    const { changes, ...counts } = await changesTo(BEFORE, [MENU], dialogSetId(dialogSet(BEFORE)));
    expect(changes).to.deep.equal([]);
    expect(counts).to.deep.equal({ conversations: 12, current: 12, moving: 0, staying: 0 });
  });

  it('is steps that come, go and change, with the conversations that stand there', async () => {
    const after = {
      ...BEFORE,
      ...main('  - id: topic\n    ask: a\n    as: x\n  - say: a\n    alone: true\n'),
    };
    const found = await changesTo(after, [MENU, { ...MENU, step: 'say:a', conversations: 1 }, OLD]);
    expect(liveLines(found)).to.deep.equal([
      'step main/menu is gone: 12 conversations there',
      'step main/say:a is changed: 1 conversation there',
      'step main/topic is new: 0 conversations there',
      '16 conversations in dialogs: 0 in this set, 0 to be moved to it, 16 to go on with the set that they began with',
    ]);
  });

  it('is conversations that move where the new set says so', async () => {
    const after = {
      ...main('  - id: topic\n    ask: a\n    as: x\n  - say: a\n'),
      'dialogs/main.yaml':
        'id: main\ntriggers: [start]\nmoves: { menu: topic, old/*: topic }\nsteps:\n  - id: topic\n    ask: a\n    as: x\n  - say: a\n',
    };
    const found = await changesTo(after, [MENU, OLD]);
    expect(liveLines(found)).to.deep.equal([
      'step main/menu is gone, and moves to main/topic: 12 conversations there',
      'step main/topic is new: 0 conversations there',
      'dialog old is gone: 3 conversations there',
      'step old/q is gone, and moves to main/topic: 3 conversations there',
      '15 conversations in dialogs: 0 in this set, 15 to be moved to it, 0 to go on with the set that they began with',
    ]);
  });

  it('is dialogs that come and go, and texts', async () => {
    const after = main('  - id: menu\n    ask: a\n    as: x\n  - say: a\n', 'Uno', {
      'dialogs/new.yaml': 'id: new\nsteps:\n  - say: a\n',
      'locales/en/new.json': { a: 'One' },
    });
    const found = await changesTo(after, [MENU, OLD]);
    expect(liveLines(found).slice(0, -1)).to.deep.equal([
      'dialog old is gone: 3 conversations there',
      'dialog new is new: 0 conversations there',
      'texts of main are changed in en: 12 conversations there',
    ]);
  });
});
