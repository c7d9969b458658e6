import type { CheckedDialog } from './check.ts';
import { usesOf } from './check-texts.ts';
import { FORMAT_NAMES, formatMistake } from './formats.ts';
import { formatsIn, type LocaleFile, type LocaleFiles } from './locale-file.ts';
import { nearest } from './nearest.ts';
import { formsTaken, PLURAL_FORMS } from './plurals.ts';
import type { Problem } from './problems.ts';

/** Plural forms that a language lacks, and formats that there are not. */
export function* formProblems(dialogs: readonly CheckedDialog[], { files }: LocaleFiles): Generator<Problem> {
  const taken = new Map([...files.keys()].map((language) => [language, formsTaken(language)]));
  for (const dialog of dialogs) {
    const keys = new Set(
      usesOf(dialog)
        .filter(({ words }) => !words)
        .map(({ key }) => key),
    );
    for (const named of files.values()) {
      const file = named.get(dialog.script.id);
      if (!file) continue;
      for (const key of keys) yield* pluralProblems(file, key, taken.get(file.language) ?? []);
    }
  }
  for (const named of files.values()) for (const file of named.values()) yield* formatProblems(file);
}

function* pluralProblems(file: LocaleFile, key: string, taken: Iterable<string>): Generator<Problem> {
  const first = PLURAL_FORMS.find((form) => file.entries.has(`${key}_${form}`));
  if (first === undefined) return;
  for (const form of taken) {
    if (file.entries.has(`${key}_${form}`) || file.entries.has(key)) continue;
    const reason = `"${key}" has no form _${form}, which counts take in ${file.language}`;
    yield file.at(`${key}_${first}`, reason, `add "${key}_${form}"`, 'plural_form');
  }
}

function* formatProblems(file: LocaleFile): Generator<Problem> {
  for (const [key, { value }] of file.entries) {
    for (const text of [value].flat()) {
      for (const format of formatsIn(text)) {
        const mistake = formatMistake(format);
        if (mistake === undefined) continue;
        const reason = `"${key}" has the format "${format}", which ${mistake === 'name' ? 'there is not' : 'cannot be read'}`;
        const near = nearest(format.replace(/\(.*/s, '').trim(), FORMAT_NAMES);
        const remedy =
          mistake === 'options'
            ? 'write options as Intl has them, such as number(minimumFractionDigits: 2)'
            : `write ${near ?? FORMAT_NAMES.join(', ')}`;
        yield file.at(key, reason, remedy, 'format');
      }
    }
  }
}
