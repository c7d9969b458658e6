import { expect } from 'chai';
import fc from 'fast-check';
import { createScriptBot } from '../../src/bot/bot.ts';
import { loopWarnings } from '../../src/bot/check-turns.ts';
import { checkedSet } from '../../src/bot/checked-set.ts';
import type { DialogFiles } from '../../src/bot/dialog-files.ts';
import { compileScripts, type Scripts } from '../../src/bot/load.ts';
import { FIELDS, STEP_KINDS } from '../../src/bot/script.ts';
import type { ReturnTarget, TurnOutput } from '../../src/bot-turn.ts';
import { splitText } from '../../src/telesign/text.ts';
import { type AnyDialog, anyDialogs, kindOf, mapsWithin, TEXTS, wordOf } from '../support/any-dialogs.ts';
import { Talk } from '../support/script-bot.ts';

const SETS = 200;
const INPUTS = 40;
const OPTIONS = { defaultLanguage: 'en', actionNames: ['act'] };

type Input =
  | { kind: 'says'; text: string }
  | { kind: 'wakes' }
  | { kind: 'undelivered' }
  | { kind: 'hours'; isOpen: boolean }
  | {
      kind: 'agent';
      event: 'returned' | 'cancelled' | 'overflow' | 'closed' | 'untaken';
      target: ReturnTarget;
    };

const likely = fc.constantFrom(
  ...[
    '1',
    '2',
    '3',
    '0',
    'yes',
    'no',
    'red',
    'Blue',
    'green',
    'hello',
    '2026-12-24',
    '10:30',
    'a@b.co',
    '#77',
    '$12.50',
    'ab-123',
    'Olive',
    'rouge',
  ],
  ...['+1 555 010 0003', 'twelve', 'help', 'back', 'cancel', 'restart', 'agent', 'language', 'español'],
  ...[1, 2, 3].map(wordOf),
  ...['english', 'get me a human', 'x'.repeat(3000)],
);
const odd = fc.string({ unit: 'binary', maxLength: 60 });
const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('says' as const), text: likely }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('says' as const), text: odd }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wakes' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undelivered' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hours' as const), isOpen: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('agent' as const),
      event: fc.constantFrom('returned', 'cancelled', 'overflow', 'closed', 'untaken'),
      target: fc.record(
        {
          dialog: fc.constantFrom('d0', 'd1', 'nowhere'),
          step: fc.constantFrom('w0', 'w1', 'nowhere'),
          variables: fc.constant({ v0: 1, 'user.name': 'Ana', 'no name': 1 }),
        },
        { requiredKeys: [] },
      ),
    }),
  },
);

function filesOf(dialogs: readonly AnyDialog[]): DialogFiles {
  const texts = (index: number) => JSON.stringify({ ...TEXTS, words: [wordOf(index)] });
  return {
    dialogs: dialogs.map((dialog) => ({ name: `${dialog.id}.yaml`, text: JSON.stringify(dialog) })),
    locales: ['en', 'es'].map((language) => ({
      language,
      files: dialogs.map(({ id }, index) => ({ name: `${id}.json`, text: texts(index) })),
    })),
    shownAs: { dialogs: 'dialogs', locales: 'locales' },
  };
}

/** What the checks and the lint let through; undefined for all else. */
async function linted(dialogs: readonly AnyDialog[]): Promise<DialogFiles | undefined> {
  const files = filesOf(dialogs);
  const checked = await checkedSet(files, OPTIONS);
  const loops = [...loopWarnings(checked.dialogs)];
  return checked.problems.length === 0 && loops.length === 0 ? files : undefined;
}

/** The fields of steps that hold steps. */
const BRANCHES = [
  ...['then', 'else', 'cases', 'onError', 'onInvalid', 'onNoReply'],
  ...['untaken', 'closed', 'returned', 'cancelled'],
];

/** How often a step of each kind was run, and one within each field that holds steps. */
const ran = new Map<string, number>([...STEP_KINDS, ...BRANCHES].map((name) => [name, 0]));

/** A customer, an agent and the clock with a bot, and what must hold after each turn. */
class Play {
  readonly #talk: Talk;
  readonly #scripts: Scripts;
  /** The handoff that is waiting, if any. */
  #handoff: TurnOutput['handoff'] = null;
  turns = 0;

  private constructor(talk: Talk, scripts: Scripts) {
    this.#talk = talk;
    this.#scripts = scripts;
  }

  static async of(files: DialogFiles): Promise<Play> {
    const { scripts, texts } = await compileScripts(files, OPTIONS);
    let asked = 0;
    const bot = createScriptBot({
      ...{ scripts, texts },
      actions: { act: async ({ v = null }) => ({ x: 3, v }) },
      http: {
        client: async () => {
          asked += 1;
          return asked % 2 === 0 ? { failed: 'network' } : { status: 200, body: '{"x":3}' };
        },
        secrets: {},
        now: () => 0,
        sleep: async () => {},
      },
      ran(dialog, step) {
        const { kind, path = [] } = scripts.dialogs.get(dialog)?.nodes.get(step) ?? {};
        for (const name of new Set([kind, ...path])) {
          const count = ran.get(String(name));
          if (count !== undefined) ran.set(String(name), count + 1);
        }
      },
    });
    return new Play(new Talk(bot), scripts);
  }

  /** One input, in so far as it may come now: who waits for an agent does not talk to the bot. */
  async take(one: Input): Promise<void> {
    const talk = this.#talk;
    if (one.kind === 'hours') {
      const opens = one.isOpen ? null : { at: talk.time + 3_600_000, timeZone: 'Europe/Madrid' };
      talk.queue = { ...talk.queue, isOpen: one.isOpen, opens };
    } else if (this.#handoff) {
      if (one.kind !== 'agent') return;
      const { event, target } = one;
      if (event === 'closed') {
        if (this.#handoff.unlessClosed) this.#check(await talk.closed(), false);
      } else if (event === 'untaken') this.#check(await talk.untaken(), false, true);
      else this.#check(await talk.returned({ ...target, outcome: event, answered: true }), false);
    } else if (one.kind === 'says') {
      talk.time += 1000;
      this.#check(await talk.says(one.text), true);
    } else if (one.kind === 'undelivered') {
      this.#check(await talk.undelivered(), false);
    } else if (one.kind === 'wakes' && talk.wakeAt !== null) {
      this.#check(await talk.wakes(), false);
    }
  }

  /** Lets a silent customer be, while all queues are closed: how often the bot has a turn by itself. */
  async silence(): Promise<number> {
    let turns = 0;
    for (; turns < 100; turns++) {
      if (this.#handoff?.unlessClosed) this.#check(await this.#talk.closed(), false);
      else if (!this.#handoff && this.#talk.wakeAt !== null) this.#check(await this.#talk.wakes(), false);
      else break;
    }
    return turns;
  }

  #check({ texts, handoff, ended }: TurnOutput, isMessage: boolean, stillWaits = false): void {
    const talk = this.#talk;
    this.turns += 1;
    for (const text of texts) {
      expect(text).to.not.match(/undefined|\[object Object\]|NaN|\{\{/);
      for (const part of splitText(text)) expect(part.text).to.have.length.within(1, 1600);
    }
    expect(talk.botState).to.have.length.below(50_000);
    const front = talk.stack.at(-1);
    if (ended) {
      expect(front).to.equal(undefined);
      talk.session += 1;
      this.#handoff = null;
      return;
    }
    if (!stillWaits) this.#handoff = handoff;
    if (handoff) return;
    if (front === undefined) {
      if (isMessage) expect(texts).to.have.length.above(0);
      return;
    }
    const [dialog = '', step = ''] = front.split('/');
    const kind = this.#scripts.dialogs.get(dialog)?.nodes.get(step)?.kind;
    expect(kind).to.be.oneOf(['ask', 'choice', 'confirm', 'wait', 'handoff']);
    // Silence is an answer only where the dialog wants it: it waits for a time before it says anything.
    if (isMessage && kind !== 'wait') expect(texts).to.have.length.above(0);
    if (kind === 'handoff') expect(this.#handoff).to.not.equal(null);
  }
}

describe('dialogs that the lint lets through, whatever customers write', () => {
  const drawn = { examples: 0, used: 0, turns: 0, woken: 0 };
  /** `ask.as`: the fields of steps that the sets have. */
  const fields = new Set<string>();

  it('never throw, and end, wait for something or hand over', async function () {
    this.timeout(300_000);
    const inputs = fc.array(input, { minLength: INPUTS, maxLength: INPUTS });
    await fc.assert(
      fc.asyncProperty(anyDialogs, inputs, async (dialogs, sequence) => {
        drawn.examples += 1;
        const files = await linted(dialogs);
        if (!files) return;
        drawn.used += 1;
        for (const step of mapsWithin(dialogs)) {
          for (const field of Object.keys(step)) fields.add(`${kindOf(step)}.${field}`);
        }
        const play = await Play.of(files);
        for (const one of sequence) await play.take(one);
        const woken = await play.silence();
        expect(woken).to.be.below(25);
        drawn.turns += play.turns;
        drawn.woken += woken;
      }),
      { seed: 20261129, numRuns: SETS },
    );
    // It is of no use if hardly any set passes, or customers never get far.
    expect(drawn.used).to.be.above(SETS / 3);
    expect(drawn.turns).to.be.above(drawn.used * 15);
    expect(drawn.woken).to.be.above(0);
    // Nor if there is a kind of step, or a field that holds steps, that nobody comes to.
    for (const [name, count] of ran) expect(count, name).to.be.above(10);
    // Or if there is a field of a step that no set has.
    for (const kind of STEP_KINDS)
      for (const field of FIELDS[kind]) expect(fields).to.include(`${kind}.${field}`);
  });

  it('bear 10,000 inputs of one customer', async function () {
    this.timeout(300_000);
    let files: DialogFiles | undefined;
    let kinds = 0;
    for (const dialogs of fc.sample(anyDialogs, { seed: 7, numRuns: 100 })) {
      const passed = await linted(dialogs);
      const size = JSON.stringify(dialogs).length;
      if (!passed || size <= kinds) continue;
      [files, kinds] = [passed, size];
    }
    if (!files) throw new Error('no set passes');
    const play = await Play.of(files);
    for (const one of fc.sample(input, { seed: 11, numRuns: 10_000 })) await play.take(one);
    expect(play.turns).to.be.above(3_000);
  });
});
