import { expect } from 'chai';
import fc from 'fast-check';
import { createEventReader } from '../../../src/console/model/event-lines.ts';
import { newerConversation, withMessages } from '../../../src/console/model/newer.ts';
import { createStore } from '../../../src/console/model/state.ts';
import { takeIn } from '../../../src/console/model/take-in.ts';
import type { Message } from '../../../src/console/model/types.ts';
import { EXAMPLE_CONVERSATION, EXAMPLE_MESSAGE } from '../../../src/http/api/examples.ts';
import { splitText } from '../../../src/telesign/text.ts';

const message = (fields: Partial<Message>): Message => ({ ...EXAMPLE_MESSAGE, ...fields });
const event = (name: string, data: object) => ({ name, id: null, data: JSON.stringify(data) });

describe('events, as the console reads them', () => {
  it('are the same wherever the pieces that they come in end', () => {
    const stream =
      'retry: 2000\n\nid: 7\nevent: queue\ndata: {"id":"support"}\n\n:\n\nid: 8\nevent: message\ndata: a\ndata: b\n\n';
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (ends) => {
        const read = createEventReader();
        const cuts = [0, ...ends.sort((a, b) => a - b), stream.length];
        const events = cuts.slice(1).flatMap((end, n) => read(stream.slice(cuts[n], end)));
        expect(events).to.deep.equal([
          { name: 'queue', id: '7', data: '{"id":"support"}' },
          { name: 'message', id: '8', data: 'a\nb' },
        ]);
      }),
    );
  });

  it('bring what is newer, and the same thing twice is no news', () => {
    const { state } = createStore();
    const conversation = { ...EXAMPLE_CONVERSATION, version: 5 };
    expect(takeIn(state, [event('conversation', conversation)]).conversations).to.have.length(1);
    expect(takeIn(state, [event('conversation', conversation)]).conversations).to.have.length(0);
    expect(
      takeIn(state, [event('conversation', { ...conversation, version: 4, state: 'open' })]).conversations,
    ).to.have.length(0);
    expect(state.conversations.get(conversation.id)?.state).to.equal(conversation.state);
    expect(newerConversation(conversation, { ...conversation, version: 6 }).version).to.equal(6);
  });

  it('move a message forward only, whatever order they come in', () => {
    const way = (['queued', 'sending', 'sent', 'delivered'] as const).map((status) => message({ status }));
    fc.assert(
      fc.property(fc.shuffledSubarray(way, { minLength: 4 }), (reports) => {
        const end = reports.reduce<readonly Message[]>((have, got) => withMessages(have, [got]), []);
        expect(end.map(({ status }) => status)).to.deep.equal(['delivered']);
      }),
    );
  });

  it('know that a failed message was sent again, also when an older report comes after', () => {
    const failed = message({ status: 'failed' });
    const resent = message({ status: 'failed', resent: true });
    for (const reports of [
      [failed, resent],
      [resent, failed],
    ]) {
      const end = reports.reduce<readonly Message[]>((have, got) => withMessages(have, [got]), []);
      expect(end.map((one) => one.resent)).to.deep.equal([true]);
    }
  });

  it('put messages in the order of their times, and parts of one text in that of their numbers', () => {
    const at = '2026-03-02T09:30:00.000Z';
    const parts = ['out:agent:x:10', 'out:agent:x:2', 'in:z'].map((id) =>
      message({ id, at: id === 'in:z' ? '2026-03-02T09:29:00.000Z' : at }),
    );
    expect(withMessages([], parts).map(({ id }) => id)).to.deep.equal([
      'in:z',
      'out:agent:x:2',
      'out:agent:x:10',
    ]);
  });

  /** Who reads is Ana, and what she has sent in this conversation waits for an answer. */
  function waiting(texts: { text: string; note?: boolean }[]) {
    const { state } = createStore();
    state.me = { id: 'ana' } as never;
    state.transcripts.set('c', { messages: [], older: null, loading: false });
    state.outgoing.set(
      'c',
      texts.map(({ text, note = false }, n) => ({ key: `${n}`, text, note, after: '' })),
    );
    /** The service tells of what it has of hers. */
    const tell = (id: string, text: string, direction: Message['direction'] = 'out') => {
      const author = { kind: 'agent', id: 'ana' } as const;
      takeIn(state, [event('message', message({ id, text, direction, author, conversationId: 'c' }))]);
    };
    const left = () => state.outgoing.get('c')?.map(({ text }) => text);
    return { state, tell, left };
  }

  it('take a text of mine off its way, so that it does not stand there twice', () => {
    const { state, tell, left } = waiting([{ text: 'Hello there' }]);
    tell('out:1', 'Hello there');
    expect(left()).to.deep.equal([]);
    expect(state.transcripts.get('c')?.messages).to.have.length(1);
  });

  it('take off its way what left in parts or normalised, and for all its parts only one', () => {
    const long = 'A sentence of some words.\r\n'.repeat(150).trim();
    const parts = splitText(long).map(({ text }) => text);
    expect(parts.length).to.be.above(1);
    const { tell, left } = waiting([{ text: long }, { text: long }, { text: 'One\r\ntwo' }]);
    for (const [n, part] of parts.entries()) tell(`out:1:${n}`, part);
    expect(left()).to.have.length(2);
    tell('out:2:0', 'One\ntwo');
    expect(left()).to.have.length(1);
    expect(left()?.[0]?.slice(0, 10)).to.equal('A sentence');
  });

  it('take no text of mine off its way for another one that stands within it, nor an answer for a note', () => {
    const whole = 'Thanks for waiting. Your refund was paid today.';
    const { tell, left } = waiting([{ text: whole }, { text: 'Thanks' }, { text: 'Paid', note: true }]);
    tell('out:1', 'Thanks');
    expect(left()).to.deep.equal([whole, 'Paid']);
    tell('out:2', 'Paid');
    expect(left()).to.deep.equal([whole, 'Paid']);
    tell('note:3', 'Paid', 'note');
    expect(left()).to.deep.equal([whole]);
  });

  it('take no text of mine off its way for one of before that says the same, nor twice for one', () => {
    const { state } = createStore();
    state.me = { id: 'ana' } as never;
    state.transcripts.set('c', { messages: [], older: null, loading: false });
    const says = (id: string, at: string, status: Message['status']) =>
      event('message', {
        ...message({
          id,
          at,
          status,
          conversationId: 'c',
          text: 'Yes.',
          author: { kind: 'agent', id: 'ana' },
        }),
        direction: 'out',
      });
    const after = '2026-03-02T09:30:00.000Z';
    const waiting = ['1', '2'].map((key) => ({ key, text: 'Yes.', note: false, after }));
    state.outgoing.set('c', waiting);
    takeIn(state, [says('out:0', after, 'delivered')]);
    expect(state.outgoing.get('c')).to.have.length(2);
    const [at, then] = ['2026-03-02T09:31:00.000Z', '2026-03-02T09:31:01.000Z'];
    takeIn(state, [says('out:1', at, 'queued'), says('out:1', at, 'sent'), says('out:1', at, 'delivered')]);
    expect(state.outgoing.get('c')?.map(({ key }) => key)).to.deep.equal(['2']);
    takeIn(state, [says('out:2', then, 'queued')]);
    expect(state.outgoing.get('c')).to.deep.equal([]);
  });

  it('take what is gone off the lists, and say when lists have to be read anew', () => {
    const { state } = createStore();
    takeIn(state, [event('queue', { id: 'support', waiting: 1 }), event('presence', { agentId: 'ben' })]);
    expect([state.queues.size, state.colleagues.size]).to.deep.equal([1, 1]);
    const news = takeIn(state, [
      event('queue', { id: 'support', deleted: true }),
      event('presence', { agentId: 'ben', deleted: true }),
      event('reset', {}),
    ]);
    expect([state.queues.size, state.colleagues.size, news.reset]).to.deep.equal([0, 0, true]);
  });
});
