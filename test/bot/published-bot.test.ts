import { expect } from 'chai';
import { createScriptBot } from '../../src/bot/bot.ts';
import { type DialogFiles, dialogSetId } from '../../src/bot/dialog-files.ts';
import { compileScripts } from '../../src/bot/load.ts';
import { type DialogSet, notesIn, publishedBot, setOf } from '../../src/bot/published-bot.ts';
import { Talk } from '../support/script-bot.ts';

const TEXTS = {
  name: 'Your name?',
  city: 'Your town?',
  thanks: 'Thanks, {{name}} of {{city}}.',
  other: 'Thank you, {{name}} of {{city}}!',
  inner: 'Which size?',
  'not-here': 'Nothing here.',
};

const ASKS = `
  - id: name
    ask: name
    as: name
  - id: city
    ask: city
    as: city
  - say: thanks
  - end: done
`;

function files(
  steps: string,
  more: { head?: string; texts?: object; others?: Record<string, string> } = {},
): DialogFiles {
  const { head = '', texts = {}, others = {} } = more;
  const dialogs = { main: `id: main\ntriggers: [start]\n${head}steps:${steps}`, ...others };
  const text = JSON.stringify({ ...TEXTS, ...texts });
  return {
    dialogs: Object.entries(dialogs).map(([name, text]) => ({ name: `${name}.yaml`, text })),
    locales: [
      { language: 'en', files: Object.keys(dialogs).map((name) => ({ name: `${name}.json`, text })) },
    ],
    shownAs: { dialogs: 'dialogs', locales: 'locales' },
  };
}

async function setFrom(written: DialogFiles): Promise<DialogSet> {
  const { scripts, texts } = await compileScripts(written, { defaultLanguage: 'en', actionNames: [] });
  return { id: dialogSetId(written), scripts, texts, bot: createScriptBot({ scripts, texts, actions: {} }) };
}

/** Sets of which one is live; those that `lose` names cannot be had any more. */
async function live(written: DialogFiles) {
  const sets = new Map<string, DialogSet>();
  let current = await setFrom(written);
  sets.set(current.id, current);
  let isFar = false;
  const bot = publishedBot({
    current: () => current,
    atHand: (id) => (isFar ? undefined : sets.get(id)),
    find: async (id) => sets.get(id),
  });
  return {
    bot,
    async publish(next: DialogFiles) {
      current = await setFrom(next);
      sets.set(current.id, current);
    },
    lose: () => sets.clear(),
    /** As on another process, which has to read them from the store first. */
    sendFar() {
      isFar = true;
    },
  };
}

describe('a bot whose dialogs are published anew', () => {
  it('goes on with the set that a session began with, and begins the next session with the new one', async () => {
    const { bot, publish } = await live(files(ASKS));
    const talk = new Talk(bot);
    await talk.says('Hi');
    await publish(files(ASKS, { texts: { city: 'Where do you live?', thanks: 'New thanks, {{name}}.' } }));
    expect(await talk.asks('Ana')).to.equal('Your town?');
    expect((await talk.says('Lima')).texts).to.deep.equal(['Thanks, Ana of Lima.']);
    talk.session = 2;
    expect(await talk.asks('Hi')).to.equal('Your name?');
    expect(await talk.asks('Ana')).to.equal('Where do you live?');
  });

  it('does so on a process that has to fetch the set first', async () => {
    const { bot, publish, sendFar } = await live(files(ASKS));
    const talk = new Talk(bot);
    await talk.says('Hi');
    await publish(files(ASKS, { texts: { city: 'Where do you live?' } }));
    sendFar();
    expect(await talk.asks('Ana')).to.equal('Your town?');
  });

  it('keeps what it knows of the customer for the session that begins with the new set', async () => {
    const remembers = '\n  - id: name\n    ask: name\n    as: user.name\n  - end: done\n';
    const { bot, publish } = await live(files(remembers));
    const talk = new Talk(bot);
    await talk.says('Hi');
    await talk.says('Ana');
    await publish(files('\n  - say: hello\n  - end: done\n', { texts: { hello: 'Hello {{user.name}}.' } }));
    talk.session = 2;
    expect((await talk.says('Hi')).texts).to.deep.equal(['Hello Ana.']);
  });

  describe('that moves a step', () => {
    const RENAMED = ASKS.replace('id: city', 'id: town').replace('say: thanks', 'say: other');

    it('carries a conversation over that stands at it, with all that was said', async () => {
      const { bot, publish } = await live(files(ASKS));
      const talk = new Talk(bot);
      await talk.says('Hi');
      await talk.says('Ana');
      await publish(files(RENAMED, { head: 'moves: { city: town }\n' }));
      expect((await talk.says('Lima')).texts).to.deep.equal(['Thank you, Ana of Lima!']);
    });

    it('takes the text as the answer, when the old step asked whether its answer was right and the new one does not', async () => {
      const confirms = ASKS.replace('    as: city\n', '    as: city\n    confirm: sure\n');
      const { bot, publish } = await live(files(confirms, { texts: { sure: '{{value}}?' } }));
      const talk = new Talk(bot);
      await talk.says('Hi');
      await talk.says('Ana');
      expect(await talk.asks('Lima')).to.equal('Lima?');
      await publish(files(RENAMED, { head: 'moves: { city: town }\n' }));
      expect((await talk.says('Quito')).texts).to.deep.equal(['Thank you, Ana of Quito!']);
    });

    it('leaves one that stands elsewhere with its own set', async () => {
      const { bot, publish } = await live(files(ASKS));
      const talk = new Talk(bot);
      await talk.says('Hi');
      await publish(files(RENAMED, { head: 'moves: { city: town }\n' }));
      await talk.says('Ana');
      // Now it stands at the step that is moved.
      expect((await talk.says('Lima')).texts).to.deep.equal(['Thank you, Ana of Lima!']);
    });

    it('takes one out of a dialog that is gone', async () => {
      const calls = '\n  - call: sizes\n  - id: after\n    ask: city\n    as: city\n  - end: done\n';
      const sizes = 'id: sizes\nsteps:\n  - ask: inner\n    as: size\n';
      const { bot, publish } = await live(files(calls, { others: { sizes } }));
      const talk = new Talk(bot);
      expect(await talk.asks('Hi')).to.equal('Which size?');
      const head = 'moves: { "call:sizes": after, "sizes/*": after }\n';
      await publish(files(calls.replace('\n  - call: sizes', ''), { head }));
      const { ended } = await talk.says('42');
      expect(ended).to.deep.equal({ outcome: 'done' });
    });

    it('leaves one with its own set when another of its dialogs has no place in the new one', async () => {
      const calls = '\n  - call: sizes\n  - say: not-here\n  - end: done\n';
      const sizes = (id: string) => `id: sizes\nMOVESsteps:\n  - id: ${id}\n    ask: inner\n    as: size\n`;
      const { bot, publish } = await live(
        files(calls, { others: { sizes: sizes('size').replace('MOVES', '') } }),
      );
      const talk = new Talk(bot);
      await talk.says('Hi');
      const moved = sizes('measure').replace('MOVES', 'moves: { size: measure }\n');
      await publish(
        files('\n  - id: name\n    ask: name\n    as: name\n  - call: sizes\n    id: elsewhere\n', {
          others: { sizes: moved },
        }),
      );
      expect((await talk.says('42')).texts).to.deep.equal(['Nothing here.']);
    });
  });

  describe('when a set is lost', () => {
    it('goes on with the current one where that has the step', async () => {
      const { bot, publish, lose } = await live(files(ASKS));
      const talk = new Talk(bot);
      await talk.says('Hi');
      await publish(files(ASKS, { texts: { city: 'Where do you live?' } }));
      lose();
      expect(await talk.asks('Ana')).to.equal('Where do you live?');
    });

    it('says so and begins again where that has not', async () => {
      const { bot, publish, lose } = await live(files(ASKS));
      const talk = new Talk(bot);
      await talk.says('Hi');
      await publish(files(ASKS.replace('id: name', 'id: who')));
      lose();
      expect(await talk.asks('Ana')).to.match(/Your name\?$/);
    });
  });

  it('tells an agent what of a return target the session’s own set lacks', async () => {
    const { bot, publish } = await live(files(ASKS));
    const talk = new Talk(bot);
    await talk.says('Hi');
    await publish(files(ASKS.replace('id: city', 'id: town')));
    const { botState } = talk;
    expect(bot.lacks({ step: 'city' }, { botState, session: 1 })).to.equal(undefined);
    expect(bot.lacks({ dialog: 'main', step: 'town' }, { botState, session: 1 })).to.equal('step');
    expect(bot.lacks({ dialog: 'main', step: 'town' }, { botState, session: 2 })).to.equal(undefined);
  });

  it('puts the set in front of its own state', async () => {
    const written = files(ASKS);
    const { bot } = await live(written);
    const talk = new Talk(bot);
    await talk.says('Hi');
    expect(setOf(talk.botState)).to.include({ set: dialogSetId(written), session: 1 });
  });

  it('begins afresh where the state is of another bot', async () => {
    const { bot } = await live(files(ASKS));
    const talk = new Talk(bot);
    talk.botState = '{"of":"another bot"}';
    expect(await talk.asks('Hi')).to.equal('Your name?');
  });
});

describe('what a bot has noted', () => {
  it('is read as what it is, whichever bot wrote it', () => {
    expect(notesIn('0123456789abcdef@3 {"size":"L"}')).to.deep.equal({ size: 'L' });
    expect(notesIn('{"count":1}')).to.deep.equal({ count: 1 });
    expect(notesIn('neither')).to.equal('neither');
  });
});

describe('moves that cannot be meant', () => {
  async function mistakes(steps: string, moves: string): Promise<string[]> {
    try {
      await setFrom(files(steps, { head: `moves: ${moves}\n` }));
    } catch (error) {
      return String(error).split('\n').slice(1);
    }
    return [];
  }

  for (const [what, moves, told] of [
    ['to a step that is not there', '{ old: citty }', 'there is no step "citty" to go on at — write city'],
    [
      'away from a step that is still there',
      '{ name: city }',
      'the step "name" is still there — remove the move: conversations stay where they are',
    ],
    [
      'away from a dialog that is still there',
      '{ "main/*": city }',
      'the dialog main is still there — remove the move: conversations stay where they are',
    ],
    ['from what is no step', '{ "a b": city }', undefined],
  ] as const) {
    it(what, async () => {
      const [first, ...others] = await mistakes(ASKS, moves);
      expect(others).to.deep.equal([]);
      expect(first).to.match(/^dialogs\/main\.yaml:3:/);
      if (told !== undefined) expect(first).to.contain(told);
    });
  }

  it('are none where the step is gone', async () => {
    expect(await mistakes(ASKS, '{ old: city, "gone/*": name, "say:hello#2": city }')).to.deep.equal([]);
  });
});
