import { wordsUnder } from '../bot/check-words.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import type { Flow } from '../bot/flow.ts';
import type { LocaleFile } from '../bot/locale-file.ts';
import { isNearMiss } from '../bot/near-miss.ts';
import type { Problem } from '../bot/problems.ts';
import { normalised } from '../bot/words.ts';

/** In shorter words each letter counts: "yes" and "yet". Characters. */
const SHORTEST = 5;

/** Options of a choice that a slip of one letter makes the same. Those that differ in a digit are meant to be alike. */
export function* alikeOptions({ dialogs, around }: CheckedSet): Generator<Problem> {
  for (const files of around.locales.files.values()) {
    for (const { script, flow } of dialogs) {
      const file = files.get(script.id);
      if (file) yield* alikeIn(flow, file);
    }
  }
}

function* alikeIn(flow: Flow, file: LocaleFile): Generator<Problem> {
  for (const node of flow.nodes.values()) {
    if (node.kind !== 'choice') continue;
    const seen: { word: string; plain: string; place: number }[] = [];
    for (const [n, option] of node.options.entries()) {
      const label = file.entries.get(option.label)?.value;
      const words = [
        ...(typeof label === 'string' ? [label] : []),
        ...(option.words === undefined ? [] : wordsUnder(file, option.words)),
      ];
      for (const word of words) {
        const plain = normalised(word);
        const other = seen.find((one) => one.place !== n && isAlike(one.plain, plain));
        if (other) {
          const reason = `"${word}" of option ${n + 1} of ${node.id} is one letter from "${other.word}" of option ${other.place + 1}`;
          yield file.at(option.label, reason, 'use words that nobody takes for each other', 'alike_options');
        }
        seen.push({ word, plain, place: n });
      }
    }
  }
}

function isAlike(one: string, other: string): boolean {
  if (Math.min(one.length, other.length) < SHORTEST || one === other) return false;
  const withoutDigits = (word: string) => word.replace(/\d+/g, '#');
  return withoutDigits(one) !== withoutDigits(other) && isNearMiss(one, other);
}
