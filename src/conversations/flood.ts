import type { Pace } from '../store/conversation.ts';
import type { Flood } from '../store/workstream.ts';

/**
 * A customer’s number that texts without an end is a program, such as an answering machine that answers the bot. Texts
 * count up, time counts down; past one mark the bot takes its time, past another it says nothing for a while. All texts
 * are taken in all the same, and stand in the transcript.
 */

/** Milliseconds in which one text is forgotten: six a minute can go on for ever. */
const FORGOTTEN = 10_000;
/** Milliseconds between two answers to somebody who texts too fast. */
const SLOW = 5_000;

export interface FloodDecision {
  /** To be kept with the conversation; undefined = nothing is. */
  pace: Pace | undefined;
  /** The bot and the service say nothing to this text. */
  muted: boolean;
  /** It is from this text on that they do so. */
  begins: boolean;
}

/** What a text that came at `at` makes of the pace, when it is handled at `now`. `flood` null = nobody is ever slowed. */
export function paceAfter(
  before: Pace | undefined,
  flood: Flood | null,
  at: number,
  now: number,
): FloodDecision {
  if (flood === null) return { pace: undefined, muted: false, begins: false };
  const last = before?.at ?? at;
  const passed = Math.max(0, at - last) / FORGOTTEN;
  // So that a mute that is long enough forgets everything.
  const level = Math.min(Math.max(0, (before?.level ?? 0) - passed) + 1, 2 * flood.muteAfter);
  const pace = { level, at: Math.max(at, last) };
  const mutedUntil = before?.mutedUntil ?? 0;
  if (at < mutedUntil) return { pace: { ...pace, mutedUntil }, muted: true, begins: false };
  if (level >= flood.muteAfter) {
    return { pace: { ...pace, mutedUntil: now + flood.muteSeconds * 1000 }, muted: true, begins: true };
  }
  if (level >= flood.slowAfter)
    return { pace: { ...pace, slowUntil: now + SLOW }, muted: false, begins: false };
  return { pace, muted: false, begins: false };
}
