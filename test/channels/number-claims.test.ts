import { expect } from 'chai';
import { claimNumbers, releaseNumbers } from '../../src/channels/number-claims.ts';
import { ENGINES, type TemporaryStore } from '../support/stores.ts';

const NUMBERS = ['15550100010', '15550100011', '15550100012'];

for (const [engine, open] of ENGINES) {
  describe(`numbers on ${engine}`, () => {
    let opened: TemporaryStore;
    const kind = 'channel';
    const listed = new Map<string, string>();
    const lists = (owner: string, number: string) => listed.get(number) === owner;
    const claim = (owner: string, numbers = NUMBERS, now = 1000) =>
      claimNumbers(opened.store, { kind, owner, numbers, lists, now });

    beforeEach(async () => {
      listed.clear();
      opened = await open();
    });
    afterEach(() => opened.dispose());

    it('have one owner, who may claim them again', async () => {
      expect((await claim('a')).size).to.equal(0);
      expect((await claim('a')).size).to.equal(0);
      expect([...(await claim('b', NUMBERS.slice(1)))]).to.deep.equal([
        ['15550100011', 'a'],
        ['15550100012', 'a'],
      ]);
      const other = { kind: 'workstream', owner: 'b', numbers: NUMBERS, lists, now: 1000 } as const;
      expect((await claimNumbers(opened.store, other)).size).to.equal(0);
    });

    it('are not taken at all when one of them cannot be', async () => {
      await claim('a', NUMBERS.slice(2));
      expect((await claim('b')).size).to.equal(1);
      expect((await claim('c', NUMBERS.slice(0, 2))).size).to.equal(0);
    });

    it('go to one of many who want them at once', async () => {
      const all = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((owner) => claim(owner, NUMBERS.slice(0, 1))),
      );
      expect(all.filter(({ size }) => size === 0)).to.have.length(1);
    });

    it('are free once they are given back by their owner, by nobody else', async () => {
      await claim('a');
      await releaseNumbers(opened.store, { kind, owner: 'b', numbers: NUMBERS });
      expect((await claim('b')).size).to.equal(3);
      await releaseNumbers(opened.store, { kind, owner: 'a', numbers: NUMBERS });
      expect((await claim('b')).size).to.equal(0);
    });

    it('are free once their owner has not written them down in time', async () => {
      await claim('a');
      expect((await claim('b', NUMBERS, 30_999)).size).to.equal(3);
      listed.set('15550100010', 'a');
      expect([...(await claim('b', NUMBERS, 31_001)).keys()]).to.deep.equal(['15550100010']);
      const all = await Promise.all(['b', 'c', 'd'].map((owner) => claim(owner, NUMBERS.slice(1), 31_001)));
      expect(all.filter(({ size }) => size === 0)).to.have.length.at.most(1);
    });

    it('stay with an owner who tries again after an attempt that died', async () => {
      await claim('a');
      expect((await claim('a', NUMBERS, 40_000)).size).to.equal(0);
      expect((await claim('b', NUMBERS, 40_001)).size, 'it is about to write them down').to.equal(3);
    });
  });
}
