import { expect } from 'chai';
import fc from 'fast-check';
import { decodeCursor, readPage } from '../../src/http/paging.ts';

interface Item {
  at: number;
  tie: string;
}

/** Reads as a store does: in order of `at`, those of one millisecond in whatever order they come. */
function reader(items: Item[], order: 1 | -1) {
  const sorted = [...items].sort((a, b) => order * (a.at - b.at));
  return async (from: number | undefined, limit: number) =>
    sorted.filter((item) => from === undefined || order * (item.at - from) >= 0).slice(0, limit);
}

async function allPages(items: Item[], order: 1 | -1, limit: number, accept?: (item: Item) => boolean) {
  const pages: Item[][] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await readPage<Item>({
      read: reader(items, order),
      positionOf: (item) => item,
      order,
      after: decodeCursor(cursor),
      limit,
      ...(accept ? { accept } : {}),
    });
    pages.push(page.items);
    cursor = page.cursor;
  }
  return pages;
}

const someItems = fc.uniqueArray(
  fc.record({ at: fc.integer({ min: 0, max: 6 }), tie: fc.string({ minLength: 1, maxLength: 3 }) }),
  { selector: ({ tie }) => tie, maxLength: 60 },
);

describe('a list in pages', () => {
  it('gives each item once and in order, however many share a millisecond', async () => {
    await fc.assert(
      fc.asyncProperty(
        someItems,
        fc.constantFrom(1 as const, -1 as const),
        fc.integer({ min: 1, max: 9 }),
        async (items, order, limit) => {
          const pages = await allPages(items, order, limit);
          const expected = [...items].sort(
            (a, b) => order * (a.at - b.at || (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0)),
          );
          expect(pages.flat()).to.deep.equal(expected);
          for (const page of pages) expect(page.length).to.be.at.most(limit);
        },
      ),
    );
  });

  it('gives a filtered list whole', async () => {
    await fc.assert(
      fc.asyncProperty(someItems, fc.integer({ min: 1, max: 5 }), async (items, limit) => {
        const accept = ({ tie }: Item) => tie.length === 2;
        const pages = await allPages(items, 1, limit, accept);
        expect(pages.flat()).to.have.deep.members(items.filter(accept));
      }),
    );
  });

  it('reads a bounded part for a page that finds nothing, and goes on with the cursor', async () => {
    const items = Array.from({ length: 10_000 }, (_, at) => ({ at, tie: 'x' }));
    let read = 0;
    const counting = reader(items, 1);
    const page = await readPage<Item>({
      read: async (from, limit) => {
        const batch = await counting(from, limit);
        read += batch.length;
        return batch;
      },
      positionOf: (item) => item,
      order: 1,
      after: undefined,
      limit: 50,
      accept: ({ at }) => at === 9_999,
    });
    expect(page.items).to.deep.equal([]);
    expect(page.cursor).to.be.a('string');
    expect(read).to.be.below(2_600);
    expect((await allPages(items, 1, 50, ({ at }) => at === 9_999)).flat()).to.have.length(1);
  });

  it('refuses a cursor that it did not make', () => {
    for (const cursor of [
      'x',
      '',
      'bm9uZQ',
      Buffer.from('[1]').toString('base64url'),
      Buffer.from('{"at":1}').toString('base64url'),
    ]) {
      expect(() => decodeCursor(cursor), cursor)
        .to.throw()
        .with.property('code', 'invalid_request');
    }
    expect(decodeCursor(undefined)).to.equal(undefined);
  });
});
