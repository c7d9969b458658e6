import { expect } from 'chai';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { type Doc, documentKey, type Key } from '../../src/store/index-keys.ts';
import { DamagedJournal } from '../../src/store/journal-file.ts';
import { type Journaled, Left, replayChanges, takeChanges } from '../../src/store/journal-record.ts';
import { Memtable } from '../../src/store/memtable.ts';
import { aConversation, aMessage } from './documents.ts';

class Documents implements Journaled {
  readonly name: string;
  readonly recent = new Memtable(0);

  constructor(name: string) {
    this.name = name;
  }

  restore(doc: Doc): void {
    this.recent.set(documentKey(doc._id), doc, [], []);
  }

  restoreDeleted(key: Key): void {
    this.recent.set(key, null, [], []);
  }

  get content(): [Key, Doc | null][] {
    return [...this.recent.all()].map(([key, { doc }]) => [key, doc]);
  }
}

const made = () =>
  [new Documents('conversations'), new Documents('messages'), new Documents('queues')] as const;

describe('a record of the journal', () => {
  it('is null where nothing was changed since the last', () => {
    const collections = made();
    expect(takeChanges(collections)).to.equal(null);
    collections[0].restore({ _id: 'a' });
    expect(takeChanges(collections)).to.be.instanceOf(Buffer);
    expect(takeChanges(collections)).to.equal(null);
  });

  it('brings documents of several collections back as they were, and keys of deleted ones', () => {
    const collections = made();
    const [conversations, messages] = collections;
    const conversation = aConversation({
      _id: 'ä',
      botState: '{"$x.y":1}',
      pending: [aMessage({ _id: 'p' })],
    });
    conversations.restore({ ...conversation });
    conversations.restoreDeleted(documentKey('gone\u0000é🙂'));
    messages.restore({ ...aMessage({ _id: 'm', provider: { nested: [{}, [], null, 1.5, true] } }) });
    const payload = takeChanges(collections)!;
    const others = made();
    replayChanges(payload, others);
    expect(others.map(({ content }) => content)).to.deep.equal(collections.map(({ content }) => content));
    expect(others[0].content[0]).to.deep.equal([documentKey('ä'), conversation]);
  });

  it('can be read by a process that has read and written no other', () => {
    const collections = made();
    for (const _id of ['a', 'b']) collections[0].restore({ ...aConversation({ _id }) });
    takeChanges(collections);
    for (const _id of ['c', 'd']) collections[0].restore({ ...aConversation({ _id }) });
    expect(new Packr().unpack(takeChanges(collections)!)).to.deep.equal([
      ['conversations', [aConversation({ _id: 'c' }), aConversation({ _id: 'd' })], []],
    ]);
  });

  it('holds only what was changed since the last, and is not changed by what comes later', () => {
    const collections = made();
    const [conversations] = collections;
    conversations.restore({ _id: 'a', version: 1 });
    const first = takeChanges(collections)!;
    conversations.restore({ _id: 'b', version: 2 });
    const second = takeChanges(collections)!;
    conversations.restoreDeleted('a');
    const third = takeChanges(collections)!;
    const contentOf = (payload: Buffer) => {
      const others = made();
      replayChanges(payload, others);
      return others[0].content;
    };
    expect(contentOf(first)).to.deep.equal([['a', { _id: 'a', version: 1 }]]);
    expect(contentOf(second)).to.deep.equal([['b', { _id: 'b', version: 2 }]]);
    expect(contentOf(third)).to.deep.equal([['a', null]]);
  });

  it('is held until its collection is there, which then has each document as it was last, and nothing to write', () => {
    const [conversations, ...others] = made();
    const left = [new Left('conversations'), new Left('messages'), new Left('queues')] as const;
    const replayNext = () => replayChanges(takeChanges([conversations, ...others])!, left);
    conversations.restore({ _id: 'é', version: 1 });
    conversations.restore({ _id: 'b', version: 1 });
    conversations.restore({ _id: 'c', version: 1 });
    replayNext();
    conversations.restore({ _id: 'é', version: 2 });
    conversations.restoreDeleted('b');
    replayNext();
    const opened = new Documents('conversations');
    left[0].handTo(opened);
    expect(new Map(opened.content)).to.deep.equal(
      new Map<Key, Doc | null>([
        [documentKey('é'), { _id: 'é', version: 2 }],
        ['b', null],
        ['c', { _id: 'c', version: 1 }],
      ]),
    );
    expect(takeChanges([opened])).to.equal(null);
  });

  it('that is empty, as a probe leaves it, says nothing', () => {
    const others = made();
    replayChanges(Buffer.alloc(0), others);
    expect(others.flatMap(({ content }) => content)).to.deep.equal([]);
  });

  it('of a collection that is not there is damage', () => {
    const payload = new Packr().pack([['orders', [{ _id: 'a' }], []]]);
    expect(() => replayChanges(payload, made())).to.throw(DamagedJournal, 'orders');
  });

  it('that cannot be made leaves all that was changed for the next', () => {
    const collections = made();
    const [conversations, messages] = collections;
    conversations.restore({ _id: 'a' });
    conversations.restoreDeleted('b');
    messages.restore({ _id: 'm', at: 2n ** 70n });
    expect(() => takeChanges(collections)).to.throw(RangeError);
    expect(() => takeChanges(collections), 'nor is it ever called written').to.throw(RangeError);
    messages.restore({ _id: 'm', at: 1 });
    const others = made();
    replayChanges(takeChanges(collections)!, others);
    expect(others.map(({ content }) => content)).to.deep.equal(collections.map(({ content }) => content));
    expect(takeChanges(collections)).to.equal(null);
  });

  it('after record gives what an array of the changes gives, also when all are replayed twice', () => {
    const id = fc.constantFrom('a', 'b', 'é', '\u0000', 'out:1:0');
    // msgpackr leaves out what has this name, so that it sets no prototype.
    const isKept = (value: unknown) => !JSON.stringify(value).includes('__proto__');
    const provider = fc
      .dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }), {
        maxKeys: 4,
        noNullPrototype: true,
      })
      .filter(isKept);
    const change = fc.record({
      at: fc.nat(2),
      _id: id,
      doc: fc.option(
        fc.record({ provider, n: fc.double({ noNaN: true }) }, { requiredKeys: [], noNullPrototype: true }),
      ),
      cut: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const collections = made();
        const payloads: Buffer[] = [];
        const model = collections.map(() => new Map<Key, Doc | null>());
        for (const { at, _id, doc, cut } of changes) {
          if (doc === null) collections[at]!.restoreDeleted(documentKey(_id));
          else collections[at]!.restore({ _id, ...asStored(doc) });
          model[at]!.set(documentKey(_id), doc === null ? null : { _id, ...asStored(doc) });
          if (cut) payloads.push(takeChanges(collections)!);
        }
        const last = takeChanges(collections);
        if (last !== null) payloads.push(last);
        for (const times of [1, 2]) {
          const others = made();
          for (let time = 0; time < times; time++) {
            for (const payload of payloads) replayChanges(payload, others);
          }
          expect(others.map(({ content }) => new Map(content))).to.deep.equal(model);
        }
      }),
    );
  });

  it('keeps documents of more sets of fields than its table has places for', () => {
    const collections = made();
    for (let i = 0; i < 3000; i++) {
      collections[1].restore({ _id: `m${i}`, [`f${i % 700}`]: i, inner: [{ [`g${i % 130}`]: 1 }, {}] });
    }
    const others = made();
    replayChanges(takeChanges(collections)!, others);
    expect(others[1].content).to.deep.equal(collections[1].content);
  });
});

/** JSON has no negative zero; MessagePack makes it zero. */
function asStored(doc: object): object {
  return JSON.parse(JSON.stringify(doc));
}
