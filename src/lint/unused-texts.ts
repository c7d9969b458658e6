import { formsOf, usesOf } from '../bot/check-texts.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import type { LocaleFile } from '../bot/locale-file.ts';
import { nearest } from '../bot/nearest.ts';
import type { Problem } from '../bot/problems.ts';
import { SYSTEM, SYSTEM_TEXTS } from '../bot/system-texts.ts';

/** Texts that no step names, and locale files of no dialog. */
export function* unusedTexts({ dialogs, around, own }: CheckedSet): Generator<Problem> {
  // A dialog that could not be read may use anything.
  if (!around.complete) return;
  const uses = new Map(dialogs.map((dialog) => [dialog.script.id, usesOf(dialog).map(({ key }) => key)]));
  uses.set(SYSTEM, Object.keys(SYSTEM_TEXTS));
  for (const files of own.files.values()) {
    for (const file of files.values()) {
      const keys = uses.get(file.name);
      if (keys === undefined) {
        const near = nearest(file.name, uses.keys());
        const remedy = near === undefined ? 'remove it' : `rename it ${near}.json`;
        yield file.at('', `no dialog has the id "${file.name}"`, remedy, 'unused_text');
      } else {
        yield* unusedIn(file, keys);
      }
    }
  }
}

function* unusedIn(file: LocaleFile, keys: readonly string[]): Generator<Problem> {
  const used = new Set(keys.flatMap((key) => formsOf(file, key)));
  for (const { value } of file.entries.values()) {
    for (const key of [value].flat().flatMap(nested)) {
      for (const form of formsOf(file, key)) used.add(form);
    }
  }
  for (const key of file.entries.keys()) {
    // The lists of system.json are errors when they are unknown.
    if (used.has(key) || (file.name === SYSTEM && key.startsWith('words.'))) continue;
    const missing = keys.filter((one) => formsOf(file, one).length === 0);
    const near = nearest(key, file.name === SYSTEM ? keys : missing);
    const remedy = near === undefined ? 'remove it' : `rename it ${near}`;
    yield file.at(key, `nothing uses the text "${key}"`, remedy, 'unused_text');
  }
}

/** The keys of other texts that a text holds: i18next's `$t(other)`. */
function nested(text: string): string[] {
  if (!text.includes('$t(')) return [];
  return [...text.matchAll(/\$t\(\s*([^(),\s]+)/g)].map(([, key]) => key ?? '');
}
