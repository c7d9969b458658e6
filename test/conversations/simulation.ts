import { expect } from 'chai';
import { noteAbsence, takeBack } from '../../src/conversations/absence.ts';
import { createDesk } from '../../src/conversations/desk.ts';
import { GRACE } from '../../src/conversations/grace.ts';
import { createGuardedWrite } from '../../src/conversations/guarded-write.ts';
import { receive } from '../../src/conversations/inbox.ts';
import { offerPass } from '../../src/conversations/offers.ts';
import type { Bookmarks } from '../../src/conversations/queue-window.ts';
import { type TurnParts, workOff } from '../../src/conversations/turn.ts';
import type { ConversationDoc, Store } from '../../src/store/documents.ts';
import { NUMBER } from '../support/conversations.ts';
import { seeded, shuffled } from '../support/random.ts';
import { isWork, judge, nextTimer, waiting } from './simulation-judge.ts';
import {
  Agenda,
  answerOf,
  BEGIN,
  DAY,
  type Fate,
  FIRST_RESPONSE,
  handlingOf,
  onShift,
  type Script,
  shiftChanges,
  type Team,
} from './simulation-script.ts';
import { viewOf } from './simulation-view.ts';
import { agentOf, fatesOf, LEAVE, queueOf, reception, settingsOf } from './simulation-world.ts';

export interface SimulationOptions {
  script: Script;
  /** Processes that work on the store at once. */
  workers: number;
  /** Conversations that an agent has at a time. */
  capacity: number;
  /** Days after the last arrival, for what still waits. */
  settleDays: number;
}

/**
 * Lives through a script on the service's own parts: the clock jumps from one thing that happens to the next, and at
 * each the workers do at once, in changing order, all that is due. Then it is judged: nobody has more than their
 * capacity, nobody waits whom somebody could have, and nobody was passed by. Resolves with what became of each customer.
 */
export async function simulate(inner: Store, options: SimulationOptions): Promise<Map<string, Fate>> {
  const { script, workers, capacity, settleDays } = options;
  const { teams } = script;
  const until = script.end + settleDays * DAY;
  const random = seeded(script.seed);
  const agenda = new Agenda();
  const view = viewOf(inner);
  const { store } = view;
  let time = BEGIN;
  let ids = 0;
  const failures: unknown[] = [];
  const now = () => time;
  const queues = teams.map(queueOf);
  for (const queue of queues) await store.queues.insertOne(queue);

  const common = {
    store,
    now,
    settings: settingsOf(queues),
    split: (text: string) => [{ text, segments: 1 }],
    automatedText: () => '',
    queued: () => {},
    due: () => {},
  };
  const turns: TurnParts = {
    ...common,
    bot: reception(script),
    systemText: () => '',
    queueWord: (_, text) => (text === LEAVE ? 'leave' : null),
    surveyScore: () => null,
    moodOf: () => 0,
    stopWish: () => false,
    answeredByProvider: () => false,
    random,
    randomId: () => `id-${ids++}`,
    worked: () => {},
    botFailed: (error) => failures.push(error),
    untaken: () => {},
    muted: () => {},
    asksWaiting: () => false,
    lacksQueue: () => {},
    missed: (agentId) => noteAbsence(common, agentId, 'offer_missed'),
  };
  const desk = createDesk({
    ...common,
    rejected: (agentId) => noteAbsence(common, agentId, 'offer_rejected'),
  });
  const write = createGuardedWrite(common);

  // ---- agents

  const teamOf = new Map<string, Team>();
  /** Until when somebody is away, whatever their shift is. */
  const away = new Map<string, number>();
  for (const team of teams) {
    for (let n = 0; n < team.agents; n += 1) {
      const agent = agentOf(team, n, capacity);
      teamOf.set(agent._id, team);
      await store.agents.insertOne(agent);
    }
  }
  const present = async (agentId: string) => {
    const team = teamOf.get(agentId);
    const there = team !== undefined && onShift(team, time) && (away.get(agentId) ?? 0) <= time;
    await store.agents.updateOne(
      { _id: agentId },
      {
        $set: { presence: there ? 'available' : 'offline', presenceAt: time },
        ...((away.get(agentId) ?? 0) <= time ? { $unset: { graceUntil: true } } : {}),
      },
    );
  };
  const goAway = (agentId: string, backAt: number) => {
    away.set(agentId, Math.max(backAt, away.get(agentId) ?? 0));
    agenda.at(backAt, () => present(agentId));
  };
  for (const team of teams) {
    const members = [...teamOf].filter(([, one]) => one === team).map(([id]) => id);
    for (const at of shiftChanges(team, until)) {
      agenda.at(at, async () => {
        await Promise.all(members.filter((id) => (away.get(id) ?? 0) <= time).map(present));
      });
    }
  }
  const actorOf = (agentId: string) => ({
    id: agentId,
    role: 'agent' as const,
    queues: [teamOf.get(agentId)?.queueId ?? ''],
  });

  // ---- what customers and agents do

  const offers = new Map<string, number>();
  const takes = new Map<string, number>();
  const isStill = async ({ _id }: ConversationDoc, same: (now: ConversationDoc) => boolean) => {
    await refresh();
    const conversation = view.conversations.get(_id);
    return conversation !== undefined && same(conversation);
  };
  const textIn = (customer: string, text: string) =>
    receive(
      store,
      'default',
      { referenceId: `REF${ids++}`, from: customer, to: NUMBER, text, segments: 1, provider: {} },
      time,
    );

  function offered(conversation: ConversationDoc): void {
    const { _id, customer, offer } = conversation;
    if (!offer) return;
    const { agentId } = offer;
    const n = offers.get(customer) ?? 0;
    offers.set(customer, n + 1);
    const answer = answerOf(script, customer, n);
    const still = () =>
      isStill(conversation, (one) => one.offer?.at === offer.at && one.offer.agentId === agentId);
    if (answer.kind === 'miss') {
      // Before the offer is over, so that the return is known; the service makes them `away` when it is.
      agenda.at(offer.until, async () => {
        if (await still()) goAway(agentId, offer.until + answer.back);
      });
      return;
    }
    agenda.at(offer.at + answer.after, async () => {
      if (!(await still())) return;
      if (answer.kind === 'accept') {
        await desk.accept(_id, actorOf(agentId));
      } else {
        await desk.reject(_id, actorOf(agentId));
        goAway(agentId, time + answer.back);
      }
    });
  }

  function taken(conversation: ConversationDoc): void {
    const { _id, customer, agentId, session } = conversation;
    if (agentId === undefined) return;
    const n = takes.get(customer) ?? 0;
    takes.set(customer, n + 1);
    const since = time;
    const handling = handlingOf(script, customer, n);
    const stillTheirs = () =>
      isStill(conversation, (one) => {
        const last = one.stretches.at(-1);
        return one.session === session && last?.since === since && last.agentId === agentId;
      });
    const later = (after: number, act: () => unknown) =>
      agenda.at(since + after, async () => {
        if (await stillTheirs()) await act();
      });
    const actor = actorOf(agentId);
    const key = `${_id}:${n}`;
    const reply = () => desk.reply(_id, actor, { text: 'Here is what I found.', key });
    switch (handling.kind) {
      case 'close':
        later(handling.reply, reply);
        later(handling.done, () => desk.close(_id, actor, { outcome: 'resolved', key }));
        break;
      case 'end':
        later(handling.reply, reply);
        later(handling.done, async () => {
          await desk.end(_id, actor);
          await desk.close(_id, actor, { outcome: 'resolved', key });
        });
        break;
      case 'silent':
        later(FIRST_RESPONSE - 1000, async () => {
          goAway(agentId, since + FIRST_RESPONSE + handling.back);
          await noteAbsence(common, agentId, 'offer_missed');
        });
        break;
      case 'crash':
        if (handling.reply !== null) later(handling.reply, reply);
        later(handling.at, async () => {
          goAway(agentId, time + handling.back);
          // Their last event stream has ended. What else they had is not answered either, until it comes back to the queue.
          await store.agents.updateOne({ _id: agentId }, { $set: { graceUntil: time + GRACE } });
          await noteAbsence(common, agentId, 'offer_missed');
        });
        break;
    }
  }

  for (const { customer, at, patience } of script.arrivals) {
    agenda.at(at, () => textIn(customer, 'Hello'));
    if (patience === null) continue;
    agenda.at(at + patience, async () => {
      await refresh();
      if (view.conversations.get(`${NUMBER}-${customer}`)?.state === 'open') await textIn(customer, LEAVE);
    });
  }

  // ---- the processes

  const processes = Array.from({ length: workers }, (): Bookmarks => new Map());
  async function pass(bookmarks: Bookmarks): Promise<number> {
    const { conversations, agents } = view.standing();
    const over = { dueAt: { $lte: time }, leaseUntil: { $lt: time } };
    const isDue = nextTimer({ conversations, agents: [] }) <= time;
    const isGone = nextTimer({ conversations: [], agents }) <= time;
    const [due, gone] = await Promise.all([
      isDue ? store.conversations.find(over, { sort: { dueAt: 1 }, limit: 64 }).toArray() : [],
      isGone ? store.agents.find({ graceUntil: { $lte: time } }).toArray() : [],
    ]);
    for (const { _id } of shuffled(due, random)) await workOff(turns, _id);
    for (const { _id } of gone) await takeBack(common, write, _id);
    return due.length + gone.length + (await offerPass(common, bookmarks));
  }

  /** Something is new to whoever would put what waits before somebody. */
  let unseen = false;
  async function refresh(): Promise<void> {
    unseen = (await view.refresh()) || unseen;
  }

  /**
   * All workers at once where there is something to do. Where somebody waits and nobody is free, one of them looks, and is to
   * find nothing. Nobody looks where nothing is due, and nobody waits or nothing is new: they would read what they have read.
   */
  async function settle(): Promise<void> {
    for (let round = 0; round < 200; round += 1) {
      await refresh();
      const looks = unseen && waiting(view.standing()).length > 0;
      const awake = isWork({ ...view.standing(), capacity, now: time }) ? workers : Number(looks);
      unseen = false;
      const done = await Promise.all(processes.slice(0, awake).map(pass));
      if (done.every((count) => count === 0)) return refresh();
    }
    throw new Error(`The workers do not come to rest at ${new Date(time).toISOString()}.`);
  }

  /** Has agents answer to what has changed. */
  function look(): ConversationDoc[] {
    const newlyServed: ConversationDoc[] = [];
    for (const [id, before] of view.changed) {
      const conversation = view.conversations.get(id);
      if (!conversation) continue;
      const { offer } = conversation;
      if (offer && (offer.at !== before?.offer?.at || offer.agentId !== before.offer.agentId)) {
        newlyServed.push(conversation);
        offered(conversation);
      }
      const last = conversation.stretches.at(-1);
      if (last?.place === 'agent' && last.since === time && before?.stretches.at(-1)?.since !== time) {
        taken(conversation);
      }
    }
    view.changed.clear();
    return newlyServed;
  }

  for (;;) {
    const next = Math.min(agenda.next ?? Number.POSITIVE_INFINITY, nextTimer(view.standing()));
    if (next > until) break;
    time = Math.max(time, next);
    for (const act of agenda.take(time)) await act();
    await settle();
    judge({ ...view.standing(), served: look(), capacity, now: time });
  }
  expect(failures, 'what the bot threw').to.deep.equal([]);
  return fatesOf(store, script);
}
