import type { SendResult } from './send-outcome.ts';

/** Sends in a row that did not reach TeleSign, or whose outcome nobody knows, after which a channel pauses. */
export const FAILURES = 5;
/** Milliseconds of the first pause; each one that follows at once is twice as long, up to the longest. */
export const FIRST_PAUSE = 5_000;
export const LONGEST_PAUSE = 60_000;
/** Milliseconds. While one asks whether TeleSign is back, the others come again after this. */
const ASKING = 1_000;

/**
 * Keeps texts from a TeleSign that is away: each one more would end as `unknown`, which is never sent again. What is
 * queued stays queued. After a pause it is asked for the status of no text, which sends none; only when that is answered
 * do texts leave again. Each process finds out by itself.
 */
export interface Breaker {
  /** Resolves with the time until which texts of a channel have to wait; null = they may leave. */
  pausedUntil(channelId: string): Promise<number | null>;
  /** Tells what became of a send. */
  ended(channelId: string, result: SendResult): void;
}

export interface BreakerParts {
  now: () => number;
  /** Whether TeleSign answers at all. Sends no text, never rejects. */
  answers: (channelId: string) => Promise<boolean>;
  /** Told when a channel pauses, and when it goes on. */
  changed: (channelId: string, paused: boolean) => void;
}

interface Circuit {
  failures: number;
  pause: number;
  until: number | null;
  asking: boolean;
}

export function createBreaker({ now, answers, changed }: BreakerParts): Breaker {
  const circuits = new Map<string, Circuit>();
  const circuitOf = (channelId: string) => {
    const circuit = circuits.get(channelId) ?? {
      failures: 0,
      pause: FIRST_PAUSE,
      until: null,
      asking: false,
    };
    circuits.set(channelId, circuit);
    return circuit;
  };

  function open(channelId: string, circuit: Circuit): void {
    if (circuit.until === null) changed(channelId, true);
    circuit.until = now() + circuit.pause;
    circuit.pause = Math.min(circuit.pause * 2, LONGEST_PAUSE);
  }

  function close(channelId: string, circuit: Circuit): void {
    if (circuit.until !== null) changed(channelId, false);
    circuit.until = null;
  }

  return {
    async pausedUntil(channelId) {
      const circuit = circuits.get(channelId);
      if (!circuit || circuit.until === null) return null;
      if (circuit.until > now()) return circuit.until;
      if (circuit.asking) return now() + ASKING;
      circuit.asking = true;
      const back = await answers(channelId);
      circuit.asking = false;
      if (!back) {
        open(channelId, circuit);
        return circuit.until;
      }
      close(channelId, circuit);
      // A status is not a send: the first text that fails pauses it again, for longer.
      circuit.failures = FAILURES - 1;
      return null;
    },
    ended(channelId, result) {
      const circuit = circuitOf(channelId);
      if (reached(result)) {
        close(channelId, circuit);
        Object.assign(circuit, { failures: 0, pause: FIRST_PAUSE });
        return;
      }
      circuit.failures += 1;
      // What was under way when the pause began tells nothing new.
      if (circuit.failures >= FAILURES && circuit.until === null) open(channelId, circuit);
    },
  };
}

/** A refusal is an answer too. 10000: TeleSign’s system is unavailable, says TeleSign. */
function reached(result: SendResult): boolean {
  if (result.outcome === 'unknown') return false;
  return result.outcome !== 'rejected' || (result.code !== 'not_reachable' && result.code !== '10000');
}
