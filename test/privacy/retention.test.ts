import { expect } from 'chai';
import { createRetentionRounds, type RetentionRounds } from '../../src/privacy/retention.ts';
import type { Store } from '../../src/store/documents.ts';
import { DEFAULT_SETTINGS, type Retention } from '../../src/store/workstream.ts';
import { aMessage } from '../store/documents.ts';
import { aConversation, SETTINGS, WORKSTREAM } from '../support/conversations.ts';
import { ENGINES } from '../support/stores.ts';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;

for (const [engine, open] of ENGINES) {
  describe(`retention on ${engine}`, function () {
    this.timeout(20_000);
    let store: Store;
    let dispose: () => Promise<void>;
    let time: number;
    /** By support number. */
    let retention: { [number: string]: Retention };

    beforeEach(async () => {
      ({ store, dispose } = await open());
      time = NOW;
      retention = {};
    });
    afterEach(async () => {
      await dispose();
    });

    function rounds(): RetentionRounds {
      const workstream = (number: string) => ({
        ...WORKSTREAM,
        settings: { ...DEFAULT_SETTINGS, retention: retention[number] ?? DEFAULT_SETTINGS.retention },
      });
      return createRetentionRounds({
        store,
        settings: { ...SETTINGS, workstream, workstreams: () => Object.keys(retention).map(workstream) },
        now: () => time,
      });
    }

    async function run(round = rounds()): Promise<void> {
      while (round.dueAt() <= time) await round.step();
    }

    async function aTalk(
      number: string,
      customer: string,
      ages: number[],
      state: 'closed' | 'active' = 'closed',
    ) {
      const _id = `${number}-${customer}`;
      const last = NOW - Math.min(...ages) * DAY;
      await store.conversations.insertOne(
        aConversation({ _id, number, customer, state, lastMessageAt: last }),
      );
      for (const age of ages) {
        const at = NOW - age * DAY;
        await store.messages.insertOne(
          aMessage({ _id: `in:${_id}:${age}`, conversationId: _id, at, status: 'handled', direction: 'in' }),
        );
        await store.sessions.insertOne({
          _id: `${_id}:${age}`,
          conversationId: _id,
          session: age,
          startedAt: at,
          endedAt: at,
          outcome: 'resolved',
          closedBy: { kind: 'system' },
          stretches: [],
        });
        await store.audit.insertOne({
          _id: `${_id}:${age}`,
          at,
          agentId: 'ana',
          operation: 'closeConversation',
          target: _id,
          changes: [],
        });
      }
      return _id;
    }

    /** The ages, in days, of what is left of each kind. */
    async function left(conversationId: string) {
      const ages = (docs: { _id: string }[]) =>
        docs.map(({ _id }) => Number(_id.split(':').at(-1))).sort((a, b) => a - b);
      return {
        transcripts: ages(await store.messages.find({ conversationId }).toArray()),
        sessions: ages(await store.sessions.find({ conversationId }).toArray()),
        audit: ages(await store.audit.find({ target: conversationId }).toArray()),
        conversation: (await store.conversations.countDocuments({ _id: conversationId })) === 1,
      };
    }

    it('takes away what each workstream no longer keeps, and nothing else', async () => {
      retention = {
        '1': { transcripts: 30, sessions: 90, audit: 365 },
        '2': { transcripts: null, sessions: 10, audit: null },
      };
      const [first, second, third] = await Promise.all(
        ['1', '2', '3'].map((number) => aTalk(number, '55', [1, 29, 31, 91, 400])),
      );
      await run();
      expect(await left(first!)).to.deep.equal({
        transcripts: [1, 29],
        sessions: [1, 29, 31],
        audit: [1, 29, 31, 91],
        conversation: true,
      });
      expect(await left(second!)).to.deep.include({ transcripts: [1, 29, 31, 91, 400], sessions: [1] });
      const all = [1, 29, 31, 91, 400];
      expect(await left(third!)).to.deep.equal({
        transcripts: all,
        sessions: all,
        audit: all,
        conversation: true,
      });
    });

    it('takes a closed conversation away of which nothing is left, and no other', async () => {
      retention = {
        '1': { transcripts: 30, sessions: 60, audit: null },
        '2': { transcripts: 30, sessions: null, audit: null },
      };
      const gone = await aTalk('1', '10', [61, 70]);
      const open = await aTalk('1', '11', [61], 'active');
      const recent = await aTalk('1', '12', [40]);
      const kept = await aTalk('2', '13', [61]);
      await run();
      expect(await left(gone)).to.deep.include({ transcripts: [], sessions: [], conversation: false });
      for (const id of [open, recent, kept]) expect((await left(id)).conversation, id).to.equal(true);
    });

    it('leaves the conversation while something leads by it: the audit that will end, events of the last week', async () => {
      retention = {
        '1': { transcripts: 2, sessions: 2, audit: 30 },
        '2': { transcripts: 2, sessions: 2, audit: null },
      };
      const audited = await aTalk('1', '10', [20]);
      const told = await aTalk('2', '10', [5]);
      const old = await aTalk('2', '11', [9]);
      await run();
      expect(await left(audited)).to.deep.equal({
        transcripts: [],
        sessions: [],
        audit: [20],
        conversation: true,
      });
      expect((await left(told)).conversation, 'told of this week').to.equal(true);
      expect((await left(old)).conversation).to.equal(false);
      time += 11 * DAY;
      await run();
      expect(await left(audited)).to.deep.equal({
        transcripts: [],
        sessions: [],
        audit: [],
        conversation: false,
      });
    });

    it('leaves what is still to be sent', async () => {
      retention = { '1': { transcripts: 1, sessions: 1, audit: 1 } };
      const id = await aTalk('1', '10', [5]);
      await store.messages.insertOne(
        aMessage({ _id: 'out:late', conversationId: id, at: NOW - 5 * DAY, outstanding: id, nextAt: NOW }),
      );
      await run();
      expect(await store.messages.countDocuments({ conversationId: id })).to.equal(1);
      expect((await left(id)).conversation).to.equal(true);
    });

    it('goes round once a day, a step at a time', async () => {
      retention = { '1': { transcripts: 30, sessions: 30, audit: 30 } };
      for (let n = 100; n < 350; n++) {
        await store.conversations.insertOne(
          aConversation({ _id: `1-${n}`, number: '1', state: 'closed', lastMessageAt: NOW - 31 * DAY }),
        );
      }
      const round = rounds();
      await round.step();
      expect(await store.conversations.countDocuments({})).to.equal(50);
      await round.step();
      expect(await store.conversations.countDocuments({})).to.equal(0);

      const later = await aTalk('1', '400', [40]);
      expect(round.dueAt()).to.equal(time + DAY);
      time += DAY;
      await run(round);
      expect((await left(later)).conversation).to.equal(false);
    });

    it('does nothing where everything is kept', async () => {
      const id = await aTalk('1', '10', [4000]);
      retention = { '1': { transcripts: null, sessions: null, audit: null } };
      await run();
      expect((await left(id)).transcripts).to.deep.equal([4000]);
    });
  });
}
