import { GRACE } from '../../src/conversations/grace.ts';
import { lineOf } from '../../src/conversations/line.ts';
import {
  Agenda,
  type Arrival,
  answerOf,
  DAY,
  type Fate,
  FIRST_RESPONSE,
  handlingOf,
  OFFER,
  onShift,
  type Script,
  shiftChanges,
  type Team,
} from './simulation-script.ts';

interface Seat {
  team: Team;
  /** Has a conversation, or is offered one. */
  busy: boolean;
  /** Away until then. */
  away: number;
}

interface Case {
  arrival: Arrival;
  queueId: string;
  place: 'open' | 'agent' | 'done';
  line: number;
  queuedAt: number;
  unanswered: number | undefined;
  seat: Seat | undefined;
  /** Grows at each change, so that what was planned before it does not happen. */
  step: number;
  offers: number;
  takes: number;
  fate: Fate;
}

/**
 * What happens in the same millisecond: all of it before anybody is given work, or work is given after each, in the order
 * of the script or against it. Processes that work at once may do any of these.
 */
export type SameTime = 'together' | 'in turn' | 'in reverse';

/**
 * The rules of the desk once more, as plainly as they can be said: one thing after the other, nobody races, nothing is
 * stored. An agent has one conversation at a time here, so it does not matter which of those who are free has it.
 */
export function modelOf(
  script: Script,
  settleDays: number,
  sameTime: SameTime = 'together',
): Map<string, Fate> {
  const agenda = new Agenda();
  const until = script.end + settleDays * DAY;
  const seats = script.teams.flatMap((team) =>
    Array.from({ length: team.agents }, (): Seat => ({ team, busy: false, away: 0 })),
  );
  const cases = script.arrivals.map(
    (arrival): Case => ({
      arrival,
      queueId: arrival.queueId,
      place: 'open',
      line: 0,
      queuedAt: 0,
      unanswered: arrival.at,
      seat: undefined,
      step: 0,
      offers: 0,
      takes: 0,
      fate: { taken: [], end: null },
    }),
  );
  const waiting = new Set<Case>();
  let now = 0;

  const later = (one: Case, at: number, run: () => void) => {
    const { step } = one;
    agenda.at(at, () => one.step === step && run());
  };
  const awayUntil = (seat: Seat | undefined, at: number) => {
    if (!seat) return;
    seat.away = at;
    agenda.at(at, () => {});
  };
  const free = (one: Case) => {
    if (one.seat) one.seat.busy = false;
    one.seat = undefined;
    one.step += 1;
  };
  const finish = (one: Case, outcome: string) => {
    free(one);
    waiting.delete(one);
    one.place = 'done';
    one.fate.end = { outcome, at: now };
  };
  const queue = (one: Case) => {
    free(one);
    one.place = 'open';
    one.line = lineOf(one.unanswered ?? now, one.arrival.priority);
    one.queuedAt = now;
    waiting.add(one);
    const since = now;
    const { movesOn } = script.teams.find(({ queueId }) => queueId === one.queueId) ?? {};
    const { takes } = one;
    if (!movesOn) return;
    agenda.at(since + movesOn.after, () => {
      if (one.place !== 'open' || one.takes !== takes || one.queueId === movesOn.queueId) return;
      one.queueId = movesOn.queueId;
      queue(one);
    });
  };
  const arrive = (one: Case) => {
    const team = script.teams.find(({ queueId }) => queueId === one.queueId);
    if (team?.open && !onShift(team.open, now)) return finish(one, 'overflow');
    queue(one);
    const { patience } = one.arrival;
    if (patience === null) return;
    agenda.at(now + patience, () => one.place === 'open' && finish(one, 'left'));
  };
  const offer = (one: Case, seat: Seat) => {
    waiting.delete(one);
    seat.busy = true;
    one.seat = seat;
    one.step += 1;
    const answer = answerOf(script, one.arrival.customer, one.offers++);
    const passOn = (away: number) => {
      awayUntil(one.seat, now + away);
      free(one);
      waiting.add(one);
    };
    if (answer.kind === 'accept') later(one, now + answer.after, () => take(one));
    else later(one, now + (answer.kind === 'miss' ? OFFER : answer.after), () => passOn(answer.back));
  };
  const take = (one: Case) => {
    one.place = 'agent';
    one.step += 1;
    one.fate.taken.push(now);
    const handling = handlingOf(script, one.arrival.customer, one.takes++);
    const answered = (at: number) =>
      later(one, now + at, () => {
        one.unanswered = undefined;
      });
    switch (handling.kind) {
      case 'close':
      case 'end':
        answered(handling.reply);
        later(one, now + handling.done, () => finish(one, 'resolved'));
        break;
      case 'silent': {
        const { seat } = one;
        const since = now;
        later(one, since + FIRST_RESPONSE - 1000, () =>
          awayUntil(seat, since + FIRST_RESPONSE + handling.back),
        );
        later(one, since + FIRST_RESPONSE, () => queue(one));
        break;
      }
      case 'crash': {
        const { seat } = one;
        if (handling.reply !== null) answered(handling.reply);
        later(one, now + handling.at, () => {
          awayUntil(seat, now + handling.back);
          later(one, now + GRACE, () => queue(one));
        });
        break;
      }
    }
  };

  const dispatch = () => {
    for (const one of [...waiting].sort(byTurn)) {
      const seat = seats.find(
        ({ team, busy, away }) => team.queueId === one.queueId && !busy && away <= now && onShift(team, now),
      );
      if (seat) offer(one, seat);
    }
  };

  for (const one of cases) agenda.at(one.arrival.at, () => arrive(one));
  for (const team of script.teams) for (const at of shiftChanges(team, until)) agenda.at(at, () => {});
  for (let at = agenda.next; at !== undefined && at <= until; at = agenda.next) {
    now = at;
    const runs = agenda.take(at);
    if (sameTime === 'in reverse') runs.reverse();
    for (const run of runs) {
      run();
      if (sameTime !== 'together') dispatch();
    }
    dispatch();
  }
  return new Map(cases.map(({ arrival, fate }) => [arrival.customer, fate]));
}

/** Of two with the same place in the line, who has waited longer; then by number, since somebody has to be first. */
function byTurn(a: Case, b: Case): number {
  const since = ({ unanswered, queuedAt }: Case) => unanswered ?? queuedAt;
  return (
    a.line - b.line ||
    since(a) - since(b) ||
    a.queuedAt - b.queuedAt ||
    Number(a.arrival.customer) - Number(b.arrival.customer)
  );
}
