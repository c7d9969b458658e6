import { expect } from 'chai';
import {
  besideOf,
  lineOf,
  mineOf,
  offersTo,
  servedQueues,
  waitsSince,
} from '../../../src/console/model/lists.ts';
import { createStore } from '../../../src/console/model/state.ts';
import { threadOf } from '../../../src/console/model/thread.ts';
import type { Conversation, Message } from '../../../src/console/model/types.ts';
import { EXAMPLE_CONVERSATION, EXAMPLE_MESSAGE } from '../../../src/http/api/examples.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 9, minute)).toISOString();
const ME = { id: 'ana', role: 'agent' as const, queues: ['support'] };

function stateWith(...given: (Partial<Conversation> & { id: string })[]) {
  const { state } = createStore();
  for (const one of given)
    state.conversations.set(one.id, { ...EXAMPLE_CONVERSATION, agentId: 'ana', ...one });
  return state;
}
const ids = (found: { id: string }[]) => found.map(({ id }) => id);

describe('the lists of the desk', () => {
  it('have who waits for my answer first, the longest before the others', () => {
    const state = stateWith(
      { id: 'answered', unansweredSince: null, lastMessageAt: at(9) },
      { id: 'answered before', unansweredSince: null, lastMessageAt: at(8) },
      { id: 'parked', state: 'waiting', unansweredSince: at(1) },
      { id: 'just now', unansweredSince: at(7) },
      { id: 'long ago', unansweredSince: at(2) },
      { id: 'closed', state: 'closed' },
      { id: 'theirs', agentId: 'ben' },
      { id: 'ended', state: 'wrap_up' },
    );
    expect(ids(mineOf(state, ME))).to.deep.equal([
      'long ago',
      'just now',
      'answered',
      'answered before',
      'parked',
      'ended',
    ]);
  });

  it('have apart what a colleague has, where I was asked or take part', () => {
    const theirs = { agentId: 'ben', handler: 'agent' as const, unansweredSince: null };
    const state = stateWith(
      { ...theirs, id: 'asked', consulted: ['ana'], lastMessageAt: at(1) },
      { ...theirs, id: 'joined', participants: ['ana'], lastMessageAt: at(2) },
      { ...theirs, id: 'parked', consulted: ['ana'], state: 'waiting' },
      { ...theirs, id: 'waits', consulted: ['ana'], unansweredSince: at(3) },
      { ...theirs, id: 'not mine', consulted: ['eve'] },
      { id: 'my own by now', consulted: ['ana'] },
    );
    expect(ids(besideOf(state, ME))).to.deep.equal(['waits', 'joined', 'asked', 'parked']);
    expect(ids(mineOf(state, ME))).to.deep.equal(['my own by now']);
  });

  it('have the line of a queue in its order, priority counted as ten minutes a step', () => {
    const open = { state: 'open' as const, agentId: null, queueId: 'support', unansweredSince: null };
    const state = stateWith(
      { ...open, id: 'first', queuedAt: at(0) },
      { ...open, id: 'second', queuedAt: at(5) },
      { ...open, id: 'urgent', queuedAt: at(9), priority: 1 },
      { ...open, id: 'elsewhere', queueId: 'sales', queuedAt: at(0) },
    );
    expect(ids(lineOf(state, new Set(['support'])))).to.deep.equal(['urgent', 'first', 'second']);
  });

  it('have what is offered to me, and the queues that I serve', () => {
    const state = stateWith(
      { id: 'mine', offer: { agentId: 'ana', until: at(1) } },
      { id: 'theirs', offer: { agentId: 'ben', until: at(1) } },
    );
    expect(ids(offersTo(state, ME))).to.deep.equal(['mine']);
    for (const id of ['sales', 'support']) state.queues.set(id, { id } as never);
    expect(servedQueues(state, ME)).to.deep.equal(['support']);
    expect(servedQueues(state, { ...ME, role: 'supervisor' })).to.deep.equal(['sales', 'support']);
  });

  it('know since when a customer waits', () => {
    const { id } = EXAMPLE_CONVERSATION;
    const since = (fields: Partial<Conversation>) => waitsSince({ ...EXAMPLE_CONVERSATION, id, ...fields });
    expect(since({ unansweredSince: at(3), queuedAt: at(5) })).to.equal(Date.parse(at(3)));
    expect(since({ state: 'open', unansweredSince: null, queuedAt: at(5) })).to.equal(Date.parse(at(5)));
    expect(since({ state: 'active', unansweredSince: null, queuedAt: null })).to.equal(undefined);
  });
});

describe('a thread', () => {
  const text = (id: string, fields: Partial<Message>): Message => ({
    ...EXAMPLE_MESSAGE,
    id,
    direction: 'in',
    author: { kind: 'customer' },
    session: 1,
    ...fields,
  });

  it('has borders of sessions and days, what happened between, and goes on what stands above', () => {
    const items = threadOf(
      [
        text('a', { at: at(1) }),
        text('b', { at: at(2) }),
        text('c', { at: at(4) }),
        text('d', { at: '2026-03-03T12:00:00.000Z' }),
        text('e', { at: '2026-03-03T12:01:00.000Z', session: 2 }),
        text('f', { at: '2026-03-03T12:02:00.000Z', session: 0 }),
      ],
      [
        { place: 'bot', since: at(1), reason: 'customer_wrote', agentId: null, queueId: null },
        { place: 'open', since: at(3), reason: 'handed_off', agentId: null, queueId: 'support' },
        {
          place: 'agent',
          since: '2026-03-03T13:00:00.000Z',
          reason: 'claimed',
          agentId: 'ana',
          queueId: null,
        },
      ],
    );
    expect(
      items.map((item) => (item.kind === 'message' ? `${item.key}${item.follows ? '+' : ''}` : item.kind)),
    ).to.deep.equal(['session', 'a', 'b+', 'event', 'c', 'day', 'd', 'session', 'e', 'f+', 'event']);
    expect(new Set(items.map(({ key }) => key)).size).to.equal(items.length);
  });

  it('shows nothing that happened before its first message is loaded', () => {
    const early = {
      place: 'open',
      since: at(0),
      reason: 'handed_off',
      agentId: null,
      queueId: null,
    } as const;
    expect(threadOf([text('a', { at: at(1) })], [early]).map(({ kind }) => kind)).to.deep.equal([
      'session',
      'message',
    ]);
  });
});
