import { expect } from 'chai';
import { type Bookmark, seenOf } from '../../src/conversations/queue-window.ts';
import type { Store } from '../../src/store/documents.ts';
import { aConversation } from '../support/conversations.ts';
import { ENGINES } from '../support/stores.ts';

for (const [engine, open] of ENGINES) {
  describe(`what is seen of a queue (${engine})`, () => {
    let store: Store;
    let dispose: () => Promise<void>;

    beforeEach(async () => {
      ({ store, dispose } = await open());
    });
    afterEach(() => dispose());

    async function wait(places: { [id: string]: number }): Promise<void> {
      for (const [_id, turnAt] of Object.entries(places)) {
        await store.conversations.insertOne(
          aConversation({ _id, state: 'open', queueId: 'support', queuedAt: 0, turnAt }),
        );
      }
    }
    /** What each of so many looks at two and two sees, each going on where the one before ended. */
    async function looks(count: number): Promise<string[]> {
      const seen: string[] = [];
      let bookmark: Bookmark | undefined;
      for (let n = 0; n < count; n++) {
        const { conversations, end } = await seenOf(store, 'support', bookmark, 2);
        seen.push(conversations.map(({ _id }) => _id).join(' '));
        bookmark = end ?? undefined;
      }
      return seen;
    }

    it('is all of a short one', async () => {
      await wait({ b: 2, a: 1 });
      const { conversations } = await seenOf(store, 'support', undefined, 3);
      expect(conversations.map(({ _id }) => _id)).to.deep.equal(['a', 'b']);
      expect((await seenOf(store, 'support', { turnAt: 1, ids: [] }, 3)).end).to.equal(null);
    });

    it('is its front, and the rest of a long one a part at a time, round and round', async () => {
      await wait({ a: 1, b: 2, c: 3, d: 4, e: 5 });
      expect(await looks(5)).to.deep.equal(['a b', 'a b c d', 'a b e', 'a b c d', 'a b e']);
    });

    it('is everybody of those with one place in the line, once in a round', async () => {
      await wait({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 2 });
      const seen = await looks(5);
      expect(new Set(seen.slice(0, 4).join(' ').split(' '))).to.deep.equal(new Set('abcdefg'));
      expect(seen[4]).to.equal(seen[1]);
    });

    it('is what is behind the front where the front has come to the bookmark', async () => {
      await wait({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 });
      const { end } = await seenOf(store, 'support', undefined, 2);
      for (const _id of ['a', 'b']) {
        await store.conversations.updateOne(
          { _id },
          { $set: { offer: { agentId: 'ana', at: 0, until: 1 } } },
        );
      }
      const { conversations } = await seenOf(store, 'support', end ?? undefined, 2);
      expect(conversations.map(({ _id }) => _id)).to.deep.equal(['c', 'd', 'e', 'f']);
    });
  });
}
