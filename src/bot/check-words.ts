import type { CheckedDialog } from './check.ts';
import type { Flow } from './flow.ts';
import type { LocaleFile, LocaleFiles } from './locale-file.ts';
import type { Problem } from './problems.ts';
import { SYSTEM } from './system-texts.ts';
import { COMMANDS, normalised } from './words.ts';

export type WordList = [file: LocaleFile, key: string, meaning: string];

/** What customers can say in one language whenever the bot answers. */
export function spokenWords(
  dialogs: readonly CheckedDialog[],
  files: ReadonlyMap<string, LocaleFile> | undefined,
): WordList[] {
  const system = files?.get(SYSTEM);
  const lists: WordList[] = [];
  for (const words of [...COMMANDS, 'this_language']) {
    if (system) lists.push([system, `words.${words}`, `the word for "${words}"`]);
  }
  if (system) lists.push([system, 'words.person_within', 'the word for "person"']);
  for (const { script } of dialogs) {
    const file = files?.get(script.id);
    for (const trigger of script.triggers ?? []) {
      if (file && typeof trigger === 'object' && 'keywords' in trigger) {
        lists.push([file, trigger.keywords, `a keyword of ${script.id}`]);
      }
    }
  }
  return lists;
}

/** Words of one language that would mean two things. */
export function* wordProblems(dialogs: readonly CheckedDialog[], locales: LocaleFiles): Generator<Problem> {
  for (const language of locales.languages) {
    const files = locales.files.get(language);
    const system = files?.get(SYSTEM);
    yield* twiceMeant(spokenWords(dialogs, files));
    // A customer who waits in a queue says them to the service: there, no other word has a meaning.
    if (system) {
      yield* twiceMeant([
        [system, 'words.where_am_i', 'the word for "where_am_i"'],
        [system, 'words.leave_queue', 'the word for "leave_queue"'],
      ]);
    }
    for (const { script, flow } of dialogs) {
      const file = files?.get(script.id);
      if (file) yield* sameOptions(flow, file);
    }
  }
}

function* twiceMeant(lists: readonly WordList[]): Generator<Problem> {
  const taken = new Map<string, string>();
  for (const [file, key, meaning] of lists) {
    for (const word of wordsUnder(file, key)) {
      const other = taken.get(normalised(word));
      if (other !== undefined && other !== meaning) {
        yield file.at(key, `"${word}" is already ${other}`, 'keep it in one of the two lists', 'twice_meant');
      }
      taken.set(normalised(word), meaning);
    }
  }
}

function* sameOptions(flow: Flow, file: LocaleFile): Generator<Problem> {
  for (const node of flow.nodes.values()) {
    if (node.kind !== 'choice') continue;
    const taken = new Map<string, number>();
    for (const [n, option] of node.options.entries()) {
      const label = file.entries.get(option.label)?.value;
      const words = [
        option.value,
        ...(typeof label === 'string' ? [label] : []),
        ...(option.words === undefined ? [] : wordsUnder(file, option.words)),
      ];
      for (const word of words) {
        const other = taken.get(normalised(word));
        if (other !== undefined && other !== n) {
          const reason = `"${word}" means two options of ${node.id}, ${other + 1} and ${n + 1}`;
          yield file.at(option.label, reason, 'give them different labels, words and values', 'same_option');
        }
        taken.set(normalised(word), n);
      }
    }
  }
}

export function wordsUnder(file: LocaleFile, key: string): string[] {
  const value = file.entries.get(key)?.value;
  return Array.isArray(value) ? value : [];
}
