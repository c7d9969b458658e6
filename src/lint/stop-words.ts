import { wordsUnder } from '../bot/check-words.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import type { LocaleFile } from '../bot/locale-file.ts';
import type { Problem } from '../bot/problems.ts';
import { SYSTEM } from '../bot/system-texts.ts';
import { normalised } from '../bot/words.ts';

/**
 * Words of dialogs with which customers, in any language, say that they want no more texts: the service takes them, and
 * carriers do, before a dialog sees them.
 */
export function* stopWords({ dialogs, around }: CheckedSet): Generator<Problem> {
  const { files, languages } = around.locales;
  const stops = new Set(
    languages.flatMap((language) => {
      const system = files.get(language)?.get(SYSTEM);
      return system ? wordsUnder(system, 'words.stop').map(normalised) : [];
    }),
  );
  for (const { script, flow } of dialogs) {
    const keywords = (script.triggers ?? []).flatMap((one) =>
      typeof one === 'object' && 'keywords' in one ? [one.keywords] : [],
    );
    const options = [...flow.nodes.values()].flatMap((node) => (node.kind === 'choice' ? node.options : []));
    const keys = [...keywords, ...options.flatMap(({ label, words }) => [label, words ?? label])];
    for (const file of languages.flatMap((language) => files.get(language)?.get(script.id) ?? [])) {
      for (const key of new Set(keys)) yield* stopsUnder(file, key, stops);
    }
  }
}

function* stopsUnder(file: LocaleFile, key: string, stops: ReadonlySet<string>): Generator<Problem> {
  for (const word of [file.entries.get(key)?.value ?? []].flat()) {
    if (!stops.has(normalised(word))) continue;
    const reason = `"${word}" stops all texts to whoever writes it: no dialog ever hears it`;
    yield file.at(key, reason, 'use another word', 'stop_word');
  }
}
