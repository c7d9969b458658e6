import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { move, type Place, placeOf, TRANSITIONS, type Transition } from '../../src/conversations/state.ts';
import { type ConversationDoc, PLACES, type Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import {
  aConversation,
  anAnswer,
  CONVERSATION,
  createRig,
  handsOver,
  type Rig,
} from '../support/conversations.ts';
import { aQueue } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

/** The table of docs/handoff-api.md is the specification: this file only carries it out. */
const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/handoff-api.md'), 'utf8');

interface Row {
  event: Transition;
  to: Partial<Record<Place, Place>>;
  reasons: string[];
}

function rows(): Row[] {
  const [, section = ''] = DOCUMENT.split('### Every transition');
  const lines = section
    .split('###')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const [head = '', , ...body] = lines;
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const titles = cells(head);
  return body.map((line) => {
    const given = Object.fromEntries(cells(line).map((cell, n) => [titles[n], cell]));
    const named = (text = '') => [...text.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name!);
    return {
      event: named(given.event)[0] as Transition,
      to: Object.fromEntries(
        PLACES.flatMap((place) => (given[place] === '-' ? [] : [[place, given[place]]])),
      ),
      reasons: named(given.reasons),
    };
  });
}

const ana = { id: 'ana', role: 'agent' as const, queues: ['support', 'sales'] };
const ben = { ...ana, id: 'ben' };
const boss = { id: 'boss', role: 'supervisor' as const, queues: [] };

describe('the transitions of docs/handoff-api.md', () => {
  it('are those of the state machine, with the same reasons', () => {
    expect(
      Object.fromEntries(rows().map(({ event, to, reasons }) => [event, { to, reasons }])),
    ).to.deep.equal(
      Object.fromEntries(
        Object.entries(TRANSITIONS).map(([event, { to, reasons }]) => [
          event,
          { to: { ...to }, reasons: [...reasons] },
        ]),
      ),
    );
  });

  describe('as they are asked for', () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;

    beforeEach(async () => {
      ({ store, dispose } = await temporaryEmbeddedStore());
      rig = createRig(store);
      rig.set({ times: { firstResponse: 60, closeActive: null, closeOpen: null } });
      for (const _id of ['support', 'sales']) {
        await store.queues.insertOne(aQueue(_id, { name: _id }));
      }
      for (const { id, role, queues } of [ana, ben, boss]) {
        await store.agents.insertOne(anAgent({ _id: id, role, queues, capacity: 9 }));
      }
    });
    afterEach(() => dispose());

    /** A conversation in that place, as its way there leaves it. An offer to Ben is open while it waits. */
    async function put(place: Place): Promise<ConversationDoc> {
      const at = rig.time - 1000;
      const owned = { handler: 'agent', agentId: 'ana', queueId: 'support' } as const;
      const fields: { [P in Place]: Partial<ConversationDoc> } = {
        closed: { state: 'closed' },
        bot: { state: 'active', handler: 'bot' },
        open: {
          state: 'open',
          queueId: 'support',
          queuedAt: at,
          turnAt: at,
          offer: { agentId: 'ben', at, until: rig.time + 60_000 },
        },
        agent: { state: 'active', ...owned },
        waiting: { state: 'waiting', ...owned },
        wrap_up: { state: 'wrap_up', ...owned },
      };
      const stretches = [{ place, since: at, reason: 'claimed' }];
      const doc = aConversation({
        _id: CONVERSATION,
        ...fields[place],
        stretches,
        createdAt: at,
        lastMessageAt: at,
      });
      await store.conversations.insertOne(doc);
      return doc;
    }

    /** What is asked for from outside; the others happen by themselves, and only where the machine has them. */
    const ASKED: { [T in Transition]?: (from: Place) => Promise<unknown> } = {
      claim: () => rig.desk.claim(CONVERSATION, boss),
      accept: () => rig.desk.accept(CONVERSATION, ben),
      reject: () => rig.desk.reject(CONVERSATION, ben),
      reply: () => rig.desk.reply(CONVERSATION, ana, { text: 'Hello', key: 'k' }),
      transfer_to_queue: () => rig.desk.transfer(CONVERSATION, boss, { queueId: 'sales', key: 'k' }),
      transfer_to_agent: () => rig.desk.transfer(CONVERSATION, boss, { agentId: 'ben', key: 'k' }),
      return: () => rig.desk.return(CONVERSATION, boss, { key: 'k' }),
      wait: () => rig.desk.wait(CONVERSATION, boss),
      resume: () => rig.desk.resume(CONVERSATION, boss),
      end: () => rig.desk.end(CONVERSATION, boss),
      close: () => rig.desk.close(CONVERSATION, boss, { key: 'k' }),
    };

    /** The customer, soon after ana has closed the session. */
    async function writesAgain(): Promise<void> {
      rig.set({ reopenSeconds: 60 });
      const ended = { _id: `${CONVERSATION}:1`, conversationId: CONVERSATION, session: 1, agentId: 'ana' };
      await store.sessions.insertOne({
        ...ended,
        startedAt: 0,
        endedAt: rig.time,
        outcome: 'resolved',
        closedBy: { kind: 'agent', id: 'ana' },
        stretches: [
          { place: 'agent', since: 0, reason: 'claimed' },
          { place: 'closed', since: rig.time, reason: 'agent_closed' },
        ],
      });
      await rig.textIn('one more thing');
      await rig.turn();
    }

    /** What happens by itself, for those that can be brought about. */
    const BY_ITSELF: { [T in Transition]?: () => Promise<unknown> } = {
      async message() {
        await rig.textIn('hello');
        await rig.turn();
      },
      reopen_to_agent: () => writesAgain(),
      async reopen_to_queue() {
        await store.agents.updateOne({ _id: 'ana' }, { $set: { presence: 'away' } });
        await writesAgain();
      },
      async bot_ended() {
        rig.bot = async () => anAnswer({ ended: { outcome: 'resolved' } });
        await rig.textIn('bye');
        await rig.turn();
      },
      async handoff() {
        rig.bot = handsOver('support');
        await rig.textIn('a person');
        await rig.turn();
      },
      async miss() {
        rig.time += 60_000;
        await store.conversations.updateOne({ _id: CONVERSATION }, { $set: { dueAt: rig.time } });
        await rig.turn();
      },
    };

    const stored = async () =>
      (await store.conversations.findOne({ _id: CONVERSATION })) ?? expect.fail('gone');

    for (const { event, to, reasons } of rows()) {
      for (const from of PLACES) {
        const place = to[from];
        const asked = ASKED[event];
        if (asked && place === undefined) {
          it(`refuse ${event} when ${from}, with a reason, and change nothing`, async () => {
            const before = await put(from);
            const refused = await asked(from).then(
              () => expect.fail('it was allowed'),
              (error: unknown) => error,
            );
            expect(refused)
              .to.have.property('code')
              .that.is.oneOf(['wrong_state', 'already_claimed', 'offer_over', 'not_owner']);
            expect(refused).to.have.property('message').that.matches(/\w/);
            expect(await stored()).to.deep.equal(before);
          });
        } else if (place === undefined) {
          it(`do not have ${event} when ${from}`, () => {
            expect(move(placeFields(from), event, rig.time)).to.deep.include({
              allowed: false,
              code: 'wrong_state',
            });
          });
        } else {
          const make = asked ? () => asked(from) : BY_ITSELF[event];
          if (!make) continue; // `offer` and `requeue` have tests of their own: offers, absence, timers
          it(`go from ${from} to ${place} by ${event}, and say why`, async () => {
            await put(from);
            await make();
            const after = await stored();
            expect(placeOf(after)).to.equal(place);
            const last = after.stretches.at(-1);
            expect(last?.place).to.equal(place);
            // What changes neither place nor owner adds nothing to the history.
            if (after.stretches.length > 1 || from === 'closed') expect(last?.reason).to.be.oneOf(reasons);
          });
        }
      }
    }
  });
});

function placeFields(
  place: Place,
): Pick<ConversationDoc, 'state'> & Partial<Pick<ConversationDoc, 'handler'>> {
  if (place === 'bot') return { state: 'active', handler: 'bot' };
  return place === 'agent' ? { state: 'active', handler: 'agent' } : { state: place };
}
