import { expect } from 'chai';
import { LevelTally } from '../../src/conversations/level-tally.ts';
import { countOverLevel, keepsLevel, levelsOf, waitsOf } from '../../src/conversations/service-level.ts';
import { createServiceLevels } from '../../src/conversations/service-levels.ts';
import type { ConversationDoc, QueueDoc, SessionDoc, Store, Stretch } from '../../src/store/documents.ts';
import { aConversation } from '../support/conversations.ts';
import { aQueue } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const HOUR = 3_600_000;
/** 10:00 in Madrid. */
const NOW = Date.parse('2026-03-02T09:00:00Z');
const LEVEL = 60_000;

const queue = (fields: Partial<QueueDoc> = {}): QueueDoc =>
  aQueue('support', { levelSeconds: 60, ...fields });

const stretch = (place: Stretch['place'], since: number, queueId = 'support'): Stretch => ({
  place,
  since,
  reason: 'x',
  queueId,
});

describe('a wait', () => {
  it('is each time that a session waited in a queue, and how it ended', () => {
    const waits = waitsOf(
      [
        { place: 'bot', since: 0, reason: 'x' },
        stretch('open', 10),
        stretch('agent', 30),
        stretch('open', 50, 'sales'),
        stretch('closed', 55, 'sales'),
      ],
      99,
    );
    expect(waits).to.deep.equal([
      { queueId: 'support', since: 10, length: 20, end: 'taken' },
      { queueId: 'sales', since: 50, length: 5, end: 'left' },
    ]);
    expect(waitsOf([stretch('open', 10)], 99)).to.deep.equal([
      { queueId: 'support', since: 10, length: 89, end: 'none' },
    ]);
  });

  it('keeps a level when it was taken in time; who left before that says nothing', () => {
    for (const [length, end, kept] of [
      [LEVEL, 'taken', true],
      [LEVEL + 1, 'taken', false],
      [LEVEL, 'left', null],
      [LEVEL + 1, 'left', false],
      [LEVEL, 'none', null],
      [LEVEL + 1, 'none', false],
    ] as const) {
      const wait = { queueId: 'support', since: 10, length, end };
      expect(keepsLevel(wait, levelsOf([queue()])), `${length} ${end}`).to.equal(kept);
      expect(keepsLevel(wait, levelsOf([queue({ _id: 'sales' })])), 'no level').to.equal(null);
    }
  });
});

describe('service levels', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let now: number;
  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    now = NOW;
  });
  afterEach(() => dispose());

  let ids = 0;
  /** A session that began to wait then, and was taken or left after so many seconds. */
  async function ended(since: number, seconds: number, place: 'agent' | 'closed' = 'agent', endedAt = now) {
    const session: SessionDoc = {
      _id: `c${++ids}:1`,
      conversationId: `c${ids}`,
      session: 1,
      startedAt: since,
      endedAt,
      outcome: 'resolved',
      closedBy: { kind: 'system' },
      stretches: [stretch('open', since), stretch(place, since + seconds * 1000), stretch('closed', endedAt)],
    };
    await store.sessions.insertOne(session);
  }
  const live = (fields: Partial<ConversationDoc>) =>
    store.conversations.insertOne(aConversation({ _id: `c${++ids}`, changedAt: now, ...fields }));

  it('are shares of the waits that began today and in the last hour', async () => {
    await ended(now - HOUR / 2, 10);
    await ended(now - HOUR / 2, 600);
    await ended(now - HOUR / 2, 10, 'closed');
    await ended(now - 2 * HOUR, 59);
    await ended(now - 9.5 * HOUR, 10);
    await ended(now - 24 * HOUR, 10);
    const levels = createServiceLevels({ store, now: () => now });
    expect((await levels.read([queue()])).get('support')).to.deep.equal({
      today: { within: 2, counted: 3 },
      lastHour: { within: 1, counted: 2 },
    });
    now += 5000;
    const madrid = queue({ hours: { timeZone: 'Europe/Madrid', week: [], holidays: [] } });
    expect((await levels.read([madrid])).get('support')?.today).to.deep.equal({ within: 3, counted: 4 });
  });

  it('count what goes on: who has been taken, and who has waited for too long', async () => {
    const at = (seconds: number) => now - seconds * 1000;
    await live({
      state: 'active',
      handler: 'agent',
      queueId: 'support',
      stretches: [stretch('open', at(90)), stretch('agent', at(60))],
    });
    await live({
      state: 'open',
      queueId: 'support',
      queuedAt: at(300),
      stretches: [stretch('open', at(300))],
    });
    await live({ state: 'open', queueId: 'support', queuedAt: at(30), stretches: [stretch('open', at(30))] });
    await live({
      state: 'open',
      queueId: 'sales',
      queuedAt: at(300),
      stretches: [stretch('open', at(300), 'sales')],
    });
    const levels = createServiceLevels({ store, now: () => now });
    const { levelSeconds: _, ...sales } = queue({ _id: 'sales' });
    const found = await levels.read([queue(), sales]);
    expect([...found]).to.deep.equal([
      ['support', { today: { within: 1, counted: 2 }, lastHour: { within: 1, counted: 2 } }],
    ]);
    expect(await countOverLevel(store, queue(), now)).to.equal(1);
    expect(await countOverLevel(store, sales, now)).to.equal(0);
  });

  it('count a wait from the opening on that began while its queue was closed, whichever way it is counted', async () => {
    // 09:00 to 17:00 in Madrid, from Monday to Friday.
    const week = [1, 2, 3, 4, 5].map((day) => ({ day, from: 540, to: 1020 }));
    const held = queue({ hours: { timeZone: 'Europe/Madrid', week, holidays: [] } });
    const since = Array.from({ length: 100 }, (_, n) => NOW - 4 * 24 * HOUR + n * HOUR - n);
    for (const queuedAt of since) await live({ state: 'open', queueId: 'support', queuedAt });
    const counts = new Set<number>();
    for (let hour = -100; hour <= 1; hour += 1) {
      for (const at of [now + hour * HOUR - 10, now + hour * HOUR + LEVEL]) {
        const over = since.filter((from) => {
          const wait = { queueId: 'support', since: from, length: at - from, end: 'none' as const };
          return from <= at && keepsLevel(wait, levelsOf([held])) === false;
        });
        const counted = await countOverLevel(store, held, at);
        expect(counted, new Date(at).toISOString()).to.equal(over.length);
        counts.add(counted);
      }
    }
    expect(counts.size).to.be.greaterThan(10);
    const monday = Date.parse('2026-03-02T08:00:00Z');
    const ofNight = { queueId: 'support', since: monday - 9 * HOUR, end: 'taken' } as const;
    expect(keepsLevel({ ...ofNight, length: 9 * HOUR + LEVEL }, levelsOf([held]))).to.equal(true);
    expect(keepsLevel({ ...ofNight, length: 9 * HOUR + LEVEL + 1 }, levelsOf([held]))).to.equal(false);
  });

  it('have who came in the night in the day on which its queue opens', async () => {
    const week = [1, 2].map((day) => ({ day, from: 540, to: 1020 }));
    const held = queue({ hours: { timeZone: 'Europe/Madrid', week, holidays: [] } });
    // Ten in the evening, and five and ten minutes past nine in the morning.
    const night = Date.parse('2026-03-02T21:00:00Z');
    const queuedAt = night;
    await live({ state: 'open', queueId: 'support', queuedAt, stretches: [stretch('open', queuedAt)] });
    await ended(night, 11 * 60 + 0.5);
    now = Date.parse('2026-03-03T08:00:30Z');
    const levels = createServiceLevels({ store, now: () => now });
    const read = async () => (await levels.read([held])).get('support');
    expect(await read()).to.deep.equal({
      today: { within: 1, counted: 1 },
      lastHour: { within: 1, counted: 1 },
    });
    now += 5 * 60_000;
    expect(await read()).to.deep.equal({
      today: { within: 1, counted: 2 },
      lastHour: { within: 1, counted: 2 },
    });
    now += HOUR;
    expect(await read()).to.deep.equal({
      today: { within: 1, counted: 2 },
      lastHour: { within: 0, counted: 0 },
    });
  });

  it('take in what has ended since, once, also when its row comes late', async () => {
    const levels = createServiceLevels({ store, now: () => now });
    const today = async () => (await levels.read([queue()])).get('support')?.today;
    await ended(now - 1000, 0.5);
    expect(await today()).to.deep.equal({ within: 1, counted: 1 });
    const before = now;
    now += 6000;
    await ended(before - 2000, 1, 'agent', before - 500);
    await ended(now - 1000, 0.5);
    expect(await today()).to.deep.equal({ within: 3, counted: 3 });
    now += 6000;
    expect(await today()).to.deep.equal({ within: 3, counted: 3 });
  });

  it('begin anew when a level changes, and hold for some seconds else', async () => {
    const levels = createServiceLevels({ store, now: () => now });
    const today = async (levelSeconds: number) =>
      (await levels.read([queue({ levelSeconds })])).get('support')?.today;
    await ended(now - 300_000, 120);
    expect(await today(60)).to.deep.equal({ within: 0, counted: 1 });
    await ended(now - 300_000, 10);
    expect(await today(60)).to.deep.equal({ within: 0, counted: 1 });
    expect(await today(180)).to.deep.equal({ within: 2, counted: 2 });
  });

  it('forget yesterday', () => {
    const tally = new LevelTally([queue()]);
    tally.add({ queueId: 'support', since: NOW - 26 * HOUR, length: 1, end: 'taken' });
    tally.add({ queueId: 'support', since: NOW, length: 1, end: 'taken' });
    expect(tally.since('support', 0)).to.deep.equal({ within: 2, counted: 2 });
    tally.forget(NOW - 25 * HOUR);
    expect(tally.since('support', 0)).to.deep.equal({ within: 1, counted: 1 });
  });
});
