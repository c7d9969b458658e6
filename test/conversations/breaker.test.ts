import { expect } from 'chai';
import {
  type Breaker,
  createBreaker,
  FAILURES,
  FIRST_PAUSE,
  LONGEST_PAUSE,
} from '../../src/conversations/breaker.ts';
import type { SendResult } from '../../src/conversations/send-outcome.ts';

const LOST: SendResult = { outcome: 'unknown', reason: 'http_503' };
const AWAY: SendResult = { outcome: 'rejected', code: 'not_reachable', description: '', retryable: true };
const REFUSED: SendResult = { outcome: 'rejected', code: '11000', description: '', retryable: false };
const TAKEN: SendResult = { outcome: 'accepted', referenceId: 'R', code: 290, description: '' };

describe('the breaker', () => {
  let now: number;
  let back: boolean;
  let asked: number;
  let told: string[];
  let breaker: Breaker;

  beforeEach(() => {
    now = 1_000_000;
    back = false;
    asked = 0;
    told = [];
    breaker = createBreaker({
      now: () => now,
      answers: async () => {
        asked++;
        return back;
      },
      changed: (channel, paused) => told.push(`${channel} ${paused ? 'pauses' : 'goes on'}`),
    });
  });

  const fails = (times: number, result: SendResult = LOST) => {
    for (let n = 0; n < times; n++) breaker.ended('a', result);
  };

  it('pauses a channel after five failures in a row, and no other channel', async () => {
    fails(FAILURES - 1);
    expect(await breaker.pausedUntil('a')).to.equal(null);
    fails(1, AWAY);
    expect(await breaker.pausedUntil('a')).to.equal(now + FIRST_PAUSE);
    expect(await breaker.pausedUntil('b')).to.equal(null);
    expect(told).to.deep.equal(['a pauses']);
  });

  it('takes a refusal for an answer: a wrong number is no outage', async () => {
    fails(FAILURES - 1);
    breaker.ended('a', REFUSED);
    fails(FAILURES - 1);
    breaker.ended('a', { outcome: 'rate_limited', code: '10019', retryAfter: null });
    fails(FAILURES - 1);
    expect(await breaker.pausedUntil('a')).to.equal(null);
  });

  it('asks after the pause, sends nothing while there is no answer, and waits for longer each time', async () => {
    fails(FAILURES);
    const pauses: number[] = [];
    for (let n = 0; n < 6; n++) {
      const until = await breaker.pausedUntil('a');
      pauses.push((until ?? 0) - now);
      now = until ?? now;
    }
    expect(asked).to.equal(5);
    expect(pauses).to.deep.equal([5_000, 10_000, 20_000, 40_000, 60_000, LONGEST_PAUSE]);
    expect(told).to.deep.equal(['a pauses']);
  });

  it('goes on once it is answered, and pauses at the first text that fails then', async () => {
    fails(FAILURES);
    now += FIRST_PAUSE;
    back = true;
    expect(await breaker.pausedUntil('a')).to.equal(null);
    expect(told).to.deep.equal(['a pauses', 'a goes on']);
    fails(1);
    expect(await breaker.pausedUntil('a')).to.equal(now + 2 * FIRST_PAUSE);
    now += 2 * FIRST_PAUSE;
    expect(await breaker.pausedUntil('a')).to.equal(null);
    breaker.ended('a', TAKEN);
    fails(FAILURES - 1);
    expect(await breaker.pausedUntil('a')).to.equal(null);
  });

  it('asks once, however many wait for the answer', async () => {
    fails(FAILURES);
    now += FIRST_PAUSE;
    const answers = await Promise.all([1, 2, 3].map(() => breaker.pausedUntil('a')));
    expect(asked).to.equal(1);
    expect(answers.every((until) => until !== null)).to.equal(true);
  });
});
