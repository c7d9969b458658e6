import { setImmediate as nextLoop } from 'node:timers/promises';
import type { StoreItems } from 'botbuilder';
import { expect } from 'chai';
import fc from 'fast-check';
import { TURN, type TurnOutput, type TurnUnderWay } from '../../src/bot-turn.ts';
import { TeleSignAdapter } from '../../src/telesign/adapter.ts';
import { TurnStorage } from '../../src/telesign/turn-storage.ts';
import { turnInput } from '../support/bots/turn-order.ts';

describe('TurnStorage', () => {
  const adapter = new TeleSignAdapter({ inOrder: async () => {} });
  const storage = new TurnStorage();

  async function turn(
    run: (under: TurnUnderWay) => Promise<void>,
    input: Parameters<typeof turnInput>[0] = {},
  ): Promise<TurnOutput> {
    return adapter.runTurn(turnInput(input), (context) => run(context.turnState.get(TURN)));
  }

  async function codeOf(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      () => 'none',
      (error) => error.code,
    );
  }

  /** What a later turn reads, given what an earlier one left. */
  async function readBack(botState: string | null, keys: string[], session = 1): Promise<StoreItems> {
    let items: StoreItems = {};
    await turn(
      async () => {
        items = await storage.read(keys);
      },
      { botState, session },
    );
    return items;
  }

  it('gives a later turn what an earlier one wrote, and nothing for what nobody wrote', async () => {
    const { botState } = await turn(async () => {
      await storage.write({ a: { x: 1 }, b: { y: [true, null] } });
    });
    const items = await readBack(botState, ['a', 'b', 'c']);
    expect(Object.keys(items)).to.deep.equal(['a', 'b']);
    expect(items.a).to.deep.include({ x: 1 });
    expect(items.b).to.deep.include({ y: [true, null] });
  });

  it('gives what was written earlier in the same turn', async () => {
    await turn(async () => {
      await storage.write({ a: { x: 1 } });
      await storage.write({ b: { x: 2 } });
      expect((await storage.read(['a', 'b'])).a.x).to.equal(1);
      await storage.delete(['a', 'missing']);
      expect(Object.keys(await storage.read(['a', 'b']))).to.deep.equal(['b']);
    });
  });

  it('keeps what was written, not what the bot does to it later', async () => {
    const item = { list: [1] };
    const { botState } = await turn(async () => {
      await storage.write({ a: item });
      item.list.push(2);
      (await storage.read(['a'])).a.list.push(3);
    });
    expect((await readBack(botState, ['a'])).a.list).to.deep.equal([1]);
  });

  it('leaves no trace of a turn that is not committed', async () => {
    const before = await turn(async () => {
      await storage.write({ a: { x: 1 } });
    });
    await turn(
      async () => {
        await storage.write({ a: { x: 2 } });
        throw new Error('later in the turn');
      },
      { botState: before.botState },
    ).catch(() => undefined);
    expect((await readBack(before.botState, ['a'])).a.x).to.equal(1);
  });

  it('writes the same state when the same input is run again', async () => {
    const once = () => turn(() => storage.write({ a: { x: 1 }, b: {} }));
    expect((await once()).botState).to.equal((await once()).botState);
  });

  it('takes any key and any JSON, such as dots, dollars and __proto__', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'a.b', '$set', '')),
          {
            minLength: 1,
          },
        ),
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', '$', 'a.b')), fc.jsonValue()),
        async (keys, value) => {
          const { eTag: _, ...item }: StoreItems = JSON.parse(JSON.stringify(value));
          const changes = Object.fromEntries(keys.map((key) => [key, item]));
          const { botState } = await turn(() => storage.write(changes));
          const items = await readBack(botState, keys);
          expect(Object.keys(items)).to.have.members(keys);
          for (const key of keys) {
            const { eTag, ...data } = items[key];
            expect(JSON.stringify(data)).to.equal(JSON.stringify(item));
            expect(eTag).to.be.a('string');
          }
        },
      ),
      { numRuns: 300 },
    );
    expect({}).not.to.have.property('x');
  });

  describe('an eTag', () => {
    it('changes at each write', async () => {
      await turn(async () => {
        await storage.write({ a: {} });
        const first = (await storage.read(['a'])).a.eTag;
        await storage.write({ a: {} });
        expect((await storage.read(['a'])).a.eTag).not.to.equal(first);
      });
    });

    it('that is past refuses the whole write', async () => {
      await turn(async () => {
        await storage.write({ a: { x: 1 }, b: { x: 1 } });
        const { a } = await storage.read(['a']);
        await storage.write({ a: { ...a, x: 2 } });
        expect(await codeOf(storage.write({ b: { x: 3 }, a: { ...a, x: 3 } }))).to.equal('stale_version');
        const items = await storage.read(['a', 'b']);
        expect([items.a.x, items.b.x]).to.deep.equal([2, 1]);
      });
    });

    it('is not asked for: without one, or with *, a write overwrites', async () => {
      await turn(async () => {
        await storage.write({ a: { x: 1 } });
        await storage.write({ a: { x: 2 } });
        await storage.write({ a: { x: 3, eTag: '*' } });
        await storage.write({ fresh: { x: 4, eTag: 'of something deleted' } });
        const items = await storage.read(['a', 'fresh']);
        expect([items.a.x, items.fresh.x]).to.deep.equal([3, 4]);
      });
    });
  });

  describe('at a new session', () => {
    it('forgets the conversation, and remembers the customer and what is the own of the bot', async () => {
      const conversation = 'telesign-sms/conversations/15550001111-15552223333/';
      const user = 'telesign-sms/users/15552223333/';
      const { botState } = await turn(() => storage.write({ [conversation]: {}, [user]: {}, own: {} }));
      const keys = [conversation, user, 'own'];
      expect(Object.keys(await readBack(botState, keys, 1))).to.deep.equal(keys);
      expect(Object.keys(await readBack(botState, keys, 2))).to.deep.equal([user, 'own']);
    });
  });

  for (const foreign of ['not JSON', '{"stack":[]}', 'null', '{"turnStorage":2}']) {
    it(`starts afresh on what another bot left: ${foreign}`, async () => {
      expect(Object.keys(await readBack(foreign, ['a']))).to.deep.equal([]);
      const { botState } = await turn(() => storage.write({ a: { x: 1 } }), { botState: foreign });
      expect((await readBack(botState, ['a'])).a.x).to.equal(1);
    });
  }

  describe('outside a turn', () => {
    it('refuses to read, write and delete', async () => {
      const codes = [storage.read(['a']), storage.write({}), storage.delete(['a'])].map(codeOf);
      expect(await Promise.all(codes)).to.deep.equal(['outside_turn', 'outside_turn', 'outside_turn']);
    });

    it('refuses what a turn left running behind it', async () => {
      let late: Promise<unknown> = Promise.resolve();
      const output = await turn(async () => {
        late = nextLoop().then(() => codeOf(storage.write({ a: {} })));
      });
      expect(await late).to.equal('outside_turn');
      expect(output.botState).to.equal(null);
    });
  });

  it('keeps turns apart that run at once, also with several storages', async () => {
    const other = new TurnStorage();
    const outputs = await Promise.all(
      [1, 2, 3].map((n) =>
        turn(async () => {
          await nextLoop();
          await storage.write({ a: { n } });
          await nextLoop();
          expect((await other.read(['a'])).a.n).to.equal(n);
        }),
      ),
    );
    for (const [index, { botState }] of outputs.entries()) {
      expect((await readBack(botState, ['a'])).a.n).to.equal(index + 1);
    }
  });
});
