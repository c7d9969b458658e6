import { expect } from 'chai';
import type { Ask } from '../../../src/console/model/api.ts';
import { createMentions } from '../../../src/console/model/mentions.ts';
import { createStore } from '../../../src/console/model/state.ts';

/** Fifty notes name me; each answer waits until it is let go. */
function list() {
  const all = Array.from({ length: 50 }, (_, n) => ({ messageId: `${n}` }));
  const asked: (() => void)[] = [];
  const ask: Ask = <T>(_method: string, path: string) =>
    new Promise<T>((resolve) => {
      const { limit, cursor } = Object.fromEntries(new URL(path, 'http://x').searchParams);
      const from = Number(cursor ?? 0);
      const to = from + Number(limit);
      const answer = { items: all.slice(from, to), cursor: to < all.length ? `${to}` : null, unseen: 50 };
      asked.push(() => resolve(JSON.parse(JSON.stringify(answer))));
    });
  const store = createStore();
  const mentions = createMentions({ store, ask });
  /** Answers what was asked for, in this order, and then what is asked for after that. */
  async function answer(...order: number[]) {
    const first = asked.splice(0);
    for (const n of order) {
      first[n]?.();
      await new Promise(setImmediate);
    }
    while (asked.length > 0) {
      asked.shift()?.();
      await new Promise(setImmediate);
    }
  }
  const shown = () => store.state.mentions.items.map(({ messageId }) => Number(messageId));
  return { ...mentions, all, answer, shown };
}

describe('the list of notes that name me', () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    it(`has the new one and the older ones, whichever of the two comes ${order[0] === 0 ? 'first' : 'last'}`, async () => {
      const { loadMentions, loadOlderMentions, all, answer, shown } = list();
      const loaded = loadMentions();
      await answer(0);
      await loaded;
      expect(shown()).to.have.length(20);
      const older = loadOlderMentions();
      all.unshift({ messageId: '-1' });
      const newer = loadMentions(1);
      await answer(...order);
      await Promise.all([older, newer]);
      expect(shown()).to.deep.equal(Array.from({ length: shown().length }, (_, n) => n - 1));
      expect(shown().length).to.be.at.least(41);
    });
  }
});
