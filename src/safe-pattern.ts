import { createRequire } from 'node:module';
import type { checkSync } from 'recheck';

/** The checker in this process: the package's main file starts a program or a worker thread for it. */
const CHECKER = 'recheck/lib/browser.js';

const require = createRequire(import.meta.url);

/** Milliseconds for one pattern. Those that people write take one or two. */
const LONGEST_CHECK = 2000;

/**
 * What is wrong with a regular expression that customers' texts are matched with, if anything. Besides its syntax, that
 * it may run away: one text such as `aaaaaaaaaaaaaaaaaaaaaaaaaaaa!` for `(a+)+$` would keep the service busy for minutes.
 * So the time that it takes must grow no faster than the text. The checker, which takes 30 MiB and 0.2 s, is
 * loaded only for patterns that are not plain.
 */
export function patternMistake(source: string): { reason: string; remedy: string } | undefined {
  try {
    new RegExp(source, 'iu');
  } catch {
    return { reason: 'is no regular expression', remedy: 'check its brackets and backslashes' };
  }
  if (isPlain(source)) return undefined;
  const recheck: { checkSync: typeof checkSync } = require(CHECKER);
  const { status } = recheck.checkSync(source, 'iu', { timeout: LONGEST_CHECK });
  if (status === 'safe') return undefined;
  return status === 'vulnerable'
    ? { reason: 'takes very long for some texts', remedy: 'give what repeats a limit, such as {1,20}' }
    : { reason: 'is too involved to say how long it takes', remedy: 'write it more simply' };
}

const PLAIN =
  /^\^?(?:(?:\\[dwsDWS.\-/]|\[[^\]\\[]+\]|[\p{L}\p{N} _#/:-])(?:\?|\{\d{1,2}(?:,\d{1,2})?\})?)*\$?$/u;

/** Ways to match at one place of a text. */
const MOST_WAYS = 1000;

/**
 * Whether a pattern is only characters and classes, each repeated a limited number of times, as in `INV-?[0-9]{6}`. Then it
 * can go wrong at each place of a text in so many ways at most, however long the text is.
 */
function isPlain(source: string): boolean {
  if (source.includes('|') || /\)[?*+{]/.test(source)) return false;
  const flat = source.replace(/\((?:\?:|\?<\w+>)?|\)/g, '');
  if (!PLAIN.test(flat)) return false;
  let ways = 1;
  for (const [repeat, least = '0', most] of flat.matchAll(/\?|\{(\d+)(?:,(\d+))?\}/g)) {
    ways *= repeat === '?' ? 2 : Number(most ?? least) - Number(least) + 1;
  }
  return ways <= MOST_WAYS;
}

/** A pattern that `patternMistake` has nothing against. Case does not count. */
export function compiledPattern(source: string): RegExp {
  return new RegExp(source, 'iu');
}
