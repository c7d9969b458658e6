import { expect } from 'chai';
import fc from 'fast-check';
import {
  afterSaid,
  entryOf,
  holds,
  ledgerId,
  type Said,
  withoutNumber,
} from '../../src/conversations/consent.ts';
import { receive } from '../../src/conversations/inbox.ts';
import { SEND_LEASE, sendOut } from '../../src/conversations/outbox.ts';
import { workOff } from '../../src/conversations/turn.ts';
import type { OptoutDoc, Store } from '../../src/store/documents.ts';
import {
  ANA,
  anAnswer,
  CONVERSATION,
  CUSTOMER,
  createRig,
  handsOver,
  NUMBER,
  type Rig,
} from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue } from '../support/queues.ts';
import { refusal } from '../support/rejection.ts';
import { ENGINES } from '../support/stores.ts';

const PARTIES = { number: NUMBER, customer: CUSTOMER };

for (const [engine, open] of ENGINES) {
  describe(`STOP, START and HELP (${engine})`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      rig = createRig(store);
      await store.queues.insertOne(aQueue());
    });
    afterEach(() => dispose());

    const says = async (text: string): Promise<void> => {
      await rig.textIn(text);
      await rig.turn();
      await rig.send();
    };
    const transcript = async () =>
      (await rig.transcript()).map(({ author, text, status }) => `${author.kind} ${text}: ${status}`);
    const statusOf = async (text: string) =>
      (await rig.transcript()).find((message) => message.text === text)?.status;
    const OPTED_OUT = 'opted_out {}';
    /** Claims the conversation for Ana, who answers. */
    const agentAnswers = async (text: string, key: string) => {
      const { agentId } = await rig.conversation();
      if (agentId === undefined) await rig.desk.claim(CONVERSATION, ANA);
      return rig.desk.reply(CONVERSATION, ANA, { text, key });
    };

    it('answers STOP once, and holds whatever the bot says after it', async () => {
      await says('hello');
      await says('STOP');
      await says('where is my order');
      expect(rig.texts()).to.deep.equal(['echo hello', OPTED_OUT]);
      expect(await statusOf('echo where is my order')).to.equal('held');
      expect(await rig.conversation()).to.include({ optedOutAt: (await entryOf(store, CONVERSATION))?.at });
    });

    it('lets nothing but the confirmation leave when STOP comes during a turn of the bot', async () => {
      rig.bot = async () => {
        await rig.textIn('STOP');
        return anAnswer({ texts: ['the answer that came too late', 'and its second part'] });
      };
      await says('hello');
      expect(rig.texts()).to.deep.equal([OPTED_OUT]);
      expect(await statusOf('the answer that came too late')).to.equal('held');
      expect(await statusOf('and its second part')).to.equal('held');
    });

    it('lets nothing but the confirmation leave when STOP comes between an agent’s answer and its send', async () => {
      await says('hello');
      await agentAnswers('Ana here', 'k1');
      await rig.textIn('STOP');
      await rig.send();
      await rig.turn();
      await rig.send();
      expect(rig.texts()).to.deep.equal(['echo hello', OPTED_OUT]);
      expect(await statusOf('Ana here')).to.equal('held');
    });

    it('confirms only after a send that was under way when STOP came, and sends nothing after that', async () => {
      await says('hello');
      await agentAnswers('under way', 'k1');
      await agentAnswers('the next', 'k2');
      const other = createRig(store);
      other.time = rig.time;
      rig.answer = async ({ text, externalId }) => {
        if (text === 'under way') {
          rig.answer = () => ({ outcome: 'accepted', referenceId: externalId, code: 290, description: '' });
          await rig.textIn('STOP');
          other.time = rig.time;
          await other.turn();
          // The other process sends what it can while this send is open.
          await other.send();
          expect(other.sent).to.deep.equal([]);
        }
        return { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
      };
      await rig.send();
      other.time += 10_000;
      await other.send();
      expect([...rig.texts(), ...other.texts()]).to.deep.equal(['echo hello', 'under way', OPTED_OUT]);
      expect(await statusOf('the next')).to.equal('held');
    });

    it('holds a text that waits for another attempt, and the confirmation does not wait for it', async () => {
      await says('hello');
      rig.answer = ({ externalId }) =>
        externalId.includes('agent:k1')
          ? { outcome: 'rate_limited', code: '10019', retryAfter: 60_000 }
          : { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
      await agentAnswers('at the limit', 'k1');
      await rig.send();
      await says('STOP');
      expect(rig.texts()).to.deep.equal(['echo hello', 'at the limit', OPTED_OUT]);
      expect(await statusOf('at the limit')).to.equal('queued');
      rig.time += 60_000;
      await rig.send();
      expect(rig.texts()).to.have.length(3);
      expect(await statusOf('at the limit')).to.equal('held');
    });

    it('does not send after START what was written before STOP, though it was not yet held', async () => {
      await says('hello');
      rig.answer = ({ text, externalId }) =>
        text === 'stale'
          ? { outcome: 'rate_limited', code: '10019', retryAfter: 60_000 }
          : { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
      await agentAnswers('stale', 'k1');
      await rig.send();
      await says('STOP');
      await says('START');
      rig.time += 60_000;
      await rig.send();
      expect(rig.texts().filter((text) => text === 'stale')).to.have.length(1);
      expect(await statusOf('stale')).to.equal('held');
      await agentAnswers('fresh', 'k2');
      await rig.send();
      expect(rig.texts().at(-1)).to.equal('fresh');
    });

    it('confirms one STOP of two that two processes take in and answer at once', async () => {
      await says('hello');
      await agentAnswers('Ana here', 'k1');
      const other = createRig(store);
      other.time = rig.time;
      const stop = (referenceId: string) =>
        receive(
          store,
          'default',
          {
            referenceId,
            from: CUSTOMER,
            to: NUMBER,
            text: 'STOP',
            segments: 1,
            consent: 'stop',
            provider: {},
          },
          rig.time,
        );
      await Promise.all([stop('A'), stop('B'), stop('A')]);
      const both = async () => {
        await Promise.all([workOff(rig.turns, CONVERSATION), workOff(other.turns, CONVERSATION)]);
        await Promise.all([rig.send(), other.send()]);
      };
      for (let n = 0; n < 4; n++) {
        rig.time += 6_000;
        other.time = rig.time;
        await both();
      }
      const sent = [...rig.sent, ...other.sent].map(({ text }) => text);
      expect(sent.sort()).to.deep.equal(['echo hello', OPTED_OUT].sort());
      expect(await statusOf('Ana here')).to.equal('held');
      const entry = await entryOf(store, CONVERSATION);
      expect(entry?.history.map(({ changed }) => changed)).to.deep.equal([true, false]);
    });

    it('tells an agent at once that what they write is held, and leaves the text unanswered', async () => {
      rig.bot = handsOver();
      await says('a person');
      await says('STOP');
      const [message] = await agentAnswers('Ana here', 'k1');
      expect(message).to.deep.include({
        status: 'held',
        error: { code: 'opted_out', message: message?.error?.message },
      });
      await rig.send();
      expect(rig.texts()).to.deep.equal(['A person will answer.', OPTED_OUT]);
      expect((await rig.conversation()).repliedAt).to.equal(undefined);
      expect(await agentAnswers('Ana here', 'k1'), 'the same key again').to.have.length(1);
      expect((await transcript()).filter((line) => line.includes('Ana here'))).to.have.length(1);
    });

    it('holds what the service says by itself', async () => {
      rig.bot = handsOver();
      await says('a person');
      await says('STOP');
      rig.time += 600_000;
      await rig.turn();
      await rig.send();
      expect(rig.texts()).to.deep.equal(['A person will answer.', OPTED_OUT]);
    });

    it('sends again after START, which it confirms, and has the bot ask again', async () => {
      const heard: string[] = [];
      rig.bot = async ({ activity }) => {
        heard.push(activity.type === 'message' ? activity.text : activity.name);
        return anAnswer({ texts: [`to ${heard.at(-1)}`] });
      };
      await says('hello');
      await says('STOP');
      await says('lost');
      await says('START');
      expect(rig.texts()).to.deep.equal(['to hello', OPTED_OUT, 'opted_in {}', 'to returned']);
      expect(await statusOf('to lost')).to.equal('held');
      expect((await rig.conversation()).optedOutAt).to.equal(undefined);
    });

    describe('whose answer has failed', () => {
      const BOSS = { id: 'boss', role: 'supervisor' as const, queues: [] };
      /** Does something while TeleSign refuses every text. */
      async function whileRefused(act: () => Promise<unknown>): Promise<void> {
        const works = rig.answer;
        rig.answer = () => ({ outcome: 'rejected', code: '11000', description: 'No.', retryable: false });
        await act();
        await rig.send();
        rig.answer = works;
      }
      /** The customer texts the word, and what answers it fails. Answers the id of that. */
      async function fails(word: string, answer: string): Promise<string> {
        await whileRefused(() => says(word));
        const failed = (await rig.transcript()).findLast(({ text }) => text === answer);
        expect(failed).to.include({ status: 'failed' });
        return failed?._id ?? '';
      }
      /** What becomes of the message when a supervisor sends it again. */
      async function resent(id: string): Promise<string | undefined> {
        const { _id } = await rig.desk.resend(id, BOSS);
        await rig.send();
        return (await store.messages.findOne({ _id }))?.status;
      }

      it('has STOP confirmed when that is sent again, also where it fails once more', async () => {
        let id = await fails('STOP', OPTED_OUT);
        await whileRefused(async () => {
          ({ _id: id } = await rig.desk.resend(id, BOSS));
        });
        rig.sent.length = 0;
        expect(await resent(id)).to.equal('sent');
        expect(rig.texts()).to.deep.equal([OPTED_OUT]);
      });

      it('has STOP not confirmed again after START', async () => {
        const id = await fails('STOP', OPTED_OUT);
        await says('START');
        rig.sent.length = 0;
        expect(await refusal(rig.desk.resend(id, BOSS))).to.include({ code: 'wrong_message_status' });
        await rig.send();
        expect(rig.texts()).to.deep.equal([]);
      });

      it('has START confirmed again, but not after STOP', async () => {
        await says('STOP');
        const id = await fails('START', 'opted_in {}');
        expect(await resent(id)).to.equal('sent');
        await says('STOP');
        const other = await fails('START', 'opted_in {}');
        await says('STOP');
        expect(await resent(other)).to.equal('held');
      });

      it('has HELP answered again to who wants no texts', async () => {
        await says('STOP');
        expect(await resent(await fails('HELP', 'help {}'))).to.equal('sent');
      });
    });

    it('leaves START to the bot when the customer gets texts anyway', async () => {
      await says('START');
      expect(rig.texts()).to.deep.equal(['echo START']);
      expect(await entryOf(store, CONVERSATION)).to.equal(null);
    });

    it('takes STOP as the first text ever, and opens no session for it', async () => {
      await says('STOP');
      expect(rig.texts()).to.deep.equal([OPTED_OUT]);
      expect(await rig.conversation()).to.include({ state: 'closed', session: 0 });
    });

    it('confirms STOP again only after START', async () => {
      for (const text of ['STOP', 'STOP', 'START', 'START', 'STOP']) await says(text);
      expect(rig.texts()).to.deep.equal([OPTED_OUT, 'opted_in {}', 'echo START', OPTED_OUT]);
    });

    it('holds on to a STOP when TeleSign delivers an earlier START again', async () => {
      await rig.textIn('START', 'EARLIER');
      await rig.turn();
      await says('STOP');
      await rig.textIn('START', 'EARLIER');
      await rig.turn();
      expect((await entryOf(store, CONVERSATION))?.state).to.equal('out');
      await says('hello');
      expect(await statusOf('echo hello')).to.equal('held');
    });

    it('counts a STOP once, also when TeleSign delivers it again after START', async () => {
      await rig.textIn('STOP', 'SAME');
      await rig.turn();
      await rig.textIn('START');
      await rig.turn();
      await rig.textIn('STOP', 'SAME');
      await rig.turn();
      await rig.send();
      expect((await entryOf(store, CONVERSATION))?.state).to.equal('in');
      expect(rig.texts()).to.deep.equal([OPTED_OUT, 'opted_in {}']);
    });

    it('has STOP in the ledger wherever the process dies while it takes the text in', async () => {
      for (const point of [
        'messages.insertOne before',
        'messages.insertOne after',
        'conversations.updateOne before',
      ]) {
        const fresh = { ...PARTIES, customer: `1555020${point.length}` };
        const inbound = {
          referenceId: `R${point}`,
          from: fresh.customer,
          to: NUMBER,
          text: 'STOP',
          segments: 1,
          consent: 'stop' as const,
          provider: {},
        };
        const dying = crashingStore(store, { crashes: (at) => at === point });
        const death = await receive(dying, 'default', inbound, rig.time).catch((error: unknown) => error);
        expect(death).to.be.instanceOf(Crash);
        expect((await entryOf(store, `${NUMBER}-${fresh.customer}`))?.state).to.equal('out');
        // TeleSign got no 200.
        rig.time += 5_000;
        await receive(store, 'default', inbound, rig.time);
        await rig.turn(`${NUMBER}-${fresh.customer}`);
        await rig.send();
        expect(rig.sent.filter(({ to }) => to === fresh.customer).map(({ text }) => text)).to.deep.equal([
          OPTED_OUT,
        ]);
      }
    });

    it('sends the confirmation although the process died in the send before it', async () => {
      await says('hello');
      await agentAnswers('lost in the send', 'k1');
      const dying = crashingStore(store, { crashes: (point) => point === 'messages.updateOne before' });
      await sendOut({ ...rig.outbox, store: dying }, 'out:agent:k1:0').catch(() => {});
      await says('STOP');
      expect(rig.texts()).to.deep.equal(['echo hello', 'lost in the send']);
      rig.time += SEND_LEASE;
      await rig.send();
      expect(rig.texts()).to.deep.equal(['echo hello', 'lost in the send', OPTED_OUT]);
    });

    describe('where TeleSign answers by itself', () => {
      beforeEach(() => {
        rig.turns = { ...rig.turns, answeredByProvider: (_, word) => word !== 'start' };
      });
      const tagged = async (text: string, action: string) => {
        await rig.textIn(text, undefined, { action });
        await workOff(rig.turns, CONVERSATION);
        await rig.send();
      };

      it('says nothing beside it', async () => {
        await tagged('hello', 'generic');
        await tagged('STOP', 'stop');
        await tagged('HELP', 'help');
        expect(rig.texts()).to.deep.equal(['echo hello']);
        await tagged('START', 'start');
        expect(rig.texts()).to.deep.equal(['echo hello', 'opted_in {}']);
      });

      it('answers what TeleSign has not marked', async () => {
        await tagged('STOP', 'generic');
        expect(rig.texts()).to.deep.equal([OPTED_OUT]);
      });
    });

    it('takes a refusal in TeleSign’s answer to a send for STOP, and shows it to the agent', async () => {
      rig.answer = () => ({
        outcome: 'rejected',
        code: '10032',
        description: 'On the blocklist.',
        retryable: false,
        optOut: true,
      });
      await says('hello');
      expect(await entryOf(store, CONVERSATION)).to.include({ state: 'out', source: 'provider' });
      expect(await rig.conversation()).to.include({ optedOutAt: rig.time });
      expect(await statusOf('echo hello')).to.equal('failed');
      await says('order');
      expect(rig.sent).to.have.length(1);
      expect(await statusOf('echo order')).to.equal('held');
    });

    it('leaves HELP to a bot that has the conversation, and answers it where there is none', async () => {
      await says('HELP');
      expect(rig.texts()).to.deep.equal(['echo HELP']);
      await rig.desk.claim(CONVERSATION, ANA);
      await says('HELP');
      expect(rig.texts().slice(1)).to.deep.equal(['help {}']);
      expect((await rig.conversation()).unansweredSince, 'it is for the agent too').to.equal(rig.time);
    });

    it('answers HELP also to who wants no texts', async () => {
      await says('STOP');
      await says('HELP');
      expect(rig.texts()).to.deep.equal([OPTED_OUT, 'help {}']);
    });

    it('asks back what may mean STOP, and holds nothing for it', async () => {
      await says('hello');
      await says('please stop texting me');
      await says('order');
      expect(rig.texts()).to.deep.equal(['echo hello', 'stop_unclear {}', 'echo order']);
    });

    it('asks nothing back of who has said STOP', async () => {
      await says('STOP');
      await says('I said stop texting me');
      expect(rig.texts()).to.deep.equal([OPTED_OUT]);
    });
  });
}

describe('the ledger', () => {
  const saying = fc.record({
    cause: fc.constantFrom('in:A', 'in:B', 'in:C', 'agent:1', 'receipt:X'),
    state: fc.constantFrom('out' as const, 'in' as const),
    source: fc.constantFrom('customer' as const, 'provider' as const, 'agent' as const),
  });

  it('says what was said last, each cause once, and keeps what made it so', () => {
    fc.assert(
      fc.property(fc.array(saying, { maxLength: 30 }), (sayings) => {
        let entry: OptoutDoc | null = null;
        let expected: 'out' | 'in' = 'in';
        const known = new Set<string>();
        sayings.forEach(({ cause, state, source }, n) => {
          const said: Said = { cause, state, source, at: n + 1 };
          const next: OptoutDoc | null = afterSaid(entry, said, PARTIES);
          if (!known.has(cause)) expected = state;
          if (next) {
            known.add(cause);
            entry = next;
          }
          expect(entry?.state ?? 'in').to.equal(expected);
          const since = entry?.history.findLast(({ changed }) => changed);
          expect(entry?.at).to.equal(since?.at);
          expect(entry?.source).to.equal(since?.source);
        });
      }),
    );
  });

  it('does not grow beyond fifty entries', () => {
    let entry: OptoutDoc | null = null;
    for (let n = 0; n < 200; n++) {
      const said: Said = { cause: `in:${n}`, state: n % 3 ? 'out' : 'in', source: 'customer', at: n + 1 };
      entry = afterSaid(entry, said, PARTIES) ?? entry;
    }
    expect(entry?.history).to.have.length(50);
    expect(entry?.history.at(-1)?.cause).to.equal('in:199');
  });

  it('takes no report on a text from before START for a new refusal', () => {
    const out = afterSaid(null, { cause: 'in:A', state: 'out', source: 'customer', at: 10 }, PARTIES);
    const back = afterSaid(out, { cause: 'in:B', state: 'in', source: 'customer', at: 20 }, PARTIES);
    const late = { cause: 'receipt:X', state: 'out', source: 'provider', at: 30 } as const;
    expect(afterSaid(back, { ...late, about: 9 }, PARTIES)).to.equal(null);
    expect(afterSaid(back, { ...late, about: 21 }, PARTIES)).to.include({ state: 'out', source: 'provider' });
  });

  it('goes on to hold once the number is erased, and names nobody', async () => {
    const [, open] = ENGINES[0] ?? expect.fail('there is an engine');
    const { store, dispose } = await open();
    try {
      const rig = createRig(store);
      await rig.textIn('STOP');
      const entry = (await entryOf(store, CONVERSATION)) ?? expect.fail('it was said');
      await store.optouts.updateOne({ _id: entry._id }, withoutNumber(entry));
      const kept = await entryOf(store, CONVERSATION);
      expect(JSON.stringify(kept))
        .not.to.contain(CUSTOMER)
        .and.not.to.contain('STOP')
        .and.not.to.contain('REF');
      expect(holds(kept, { at: rig.time + 1 })).to.equal(true);
      expect(ledgerId(CONVERSATION)).not.to.contain(CUSTOMER);
    } finally {
      await dispose();
    }
  });
});
