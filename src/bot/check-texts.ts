import type { CheckedDialog, Surroundings } from './check.ts';
import { ROOTS } from './expressions.ts';
import type { Flow } from './flow.ts';
import { type LocaleFile, type LocaleFiles, placeholders } from './locale-file.ts';
import { instead } from './nearest.ts';
import type { Path, Problem } from './problems.ts';
import { OPTIONAL_WORDS, REQUIRED_WORDS, SYSTEM, SYSTEM_TEXTS } from './system-texts.ts';
import { normalised } from './words.ts';

/** Mistakes in the texts that dialogs and the service itself need, in every language. */
export function textProblems(dialogs: readonly CheckedDialog[], around: Surroundings): Problem[] {
  return [
    ...languageProblems(around),
    ...dialogs.flatMap((dialog) => [...dialogProblems(dialog, around)]),
    ...systemProblems(around),
    ...wordProblems(dialogs, around.locales),
  ];
}

function languageProblems({ locales, localesDir, defaultLanguage }: Surroundings): Problem[] {
  if (locales.languages.includes(defaultLanguage)) return [];
  const reason = `there are no texts in the default language ${defaultLanguage}`;
  const remedy = `add the folder, or set DEFAULT_LANGUAGE to one of: ${locales.languages.join(', ') || 'none yet'}`;
  return [{ file: `${localesDir}/${defaultLanguage}`, line: 1, column: 1, reason, remedy }];
}

/** A text key that a dialog names. */
interface Use {
  key: string;
  path: Path;
  /** A list of words to recognise rather than a text to send. */
  words: boolean;
}

function usesOf({ script, flow }: CheckedDialog): Use[] {
  const uses: Use[] = (script.triggers ?? []).flatMap((trigger, n) =>
    typeof trigger === 'object'
      ? [{ key: trigger.keywords, path: ['triggers', n, 'keywords'], words: true }]
      : [],
  );
  for (const node of flow.nodes.values()) {
    if ('key' in node) uses.push({ key: node.key, path: [...node.path, node.kind], words: false });
    if (node.kind === 'handoff') {
      uses.push({ key: node.summary, path: [...node.path, 'summary'], words: false });
    }
    if (node.kind !== 'choice') continue;
    node.options.forEach((option, n) => {
      const path = [...node.path, 'options', n];
      uses.push({ key: option.label, path: [...path, 'label'], words: false });
      if (option.words !== undefined) uses.push({ key: option.words, path: [...path, 'words'], words: true });
    });
  }
  return uses;
}

const PLURALS = ['zero', 'one', 'two', 'few', 'many', 'other'];

/** The keys of a file that hold the text `key`: itself, or its plural forms. */
function formsOf(file: LocaleFile, key: string): string[] {
  return [key, ...PLURALS.map((plural) => `${key}_${plural}`)].filter((form) => file.entries.has(form));
}

function* dialogProblems(dialog: CheckedDialog, around: Surroundings): Generator<Problem> {
  const { source, script, flow } = dialog;
  const { locales, localesDir, defaultLanguage } = around;
  const uses = usesOf(dialog);
  const names = new Set([...ROOTS, ...flow.variables]);
  for (const language of locales.languages) {
    const file = locales.files.get(language)?.get(script.id);
    const path = `${localesDir}/${language}/${script.id}.json`;
    if (!file) {
      if (uses.length > 0) {
        yield source.at(['id'], `the dialog has no texts in ${language}`, `add ${path}`);
      }
      continue;
    }
    if (file.broken) continue;
    for (const { key, path: at, words } of uses) {
      const forms = formsOf(file, key);
      const lists = forms.filter((form) => Array.isArray(file.entries.get(form)?.value));
      if (forms.length === 0) {
        yield source.at(at, `the text "${key}" is missing in ${language}`, `add it to ${path}`);
      } else if (words && lists.length === 0) {
        yield file.at(key, `"${key}" must be a list of words`, `write it as ["${key}", …]`);
      } else if (!words && lists.length > 0) {
        yield file.at(key, `"${key}" must be one text, not a list`, 'write one text');
      } else if (!words && !file.entries.has(key) && !flow.variables.has('count')) {
        yield source.at(
          at,
          `"${key}" has plural forms, but nothing sets count`,
          'set the variable count before',
        );
      }
      if (!words) yield* unknownPlaceholders(file, forms, names);
    }
    if (language !== defaultLanguage) {
      const reference = locales.files.get(defaultLanguage)?.get(script.id);
      const keys = new Set(uses.filter(({ words }) => !words).map(({ key }) => key));
      if (reference) yield* differingPlaceholders(file, reference, keys);
    }
  }
}

function* unknownPlaceholders(
  file: LocaleFile,
  forms: string[],
  names: ReadonlySet<string>,
): Generator<Problem> {
  for (const form of forms) {
    for (const placeholder of placeholdersIn(file, [form])) {
      const name = placeholder.split('.')[0] ?? '';
      if (names.has(name)) continue;
      const remedy = instead(name, names, 'set it, or take it out');
      yield file.at(form, `"${form}" names {{${placeholder}}}, which nothing sets`, remedy);
    }
  }
}

function* differingPlaceholders(
  file: LocaleFile,
  reference: LocaleFile,
  keys: Iterable<string>,
): Generator<Problem> {
  for (const key of keys) {
    const forms = formsOf(file, key);
    const referenceForms = formsOf(reference, key);
    if (forms.length === 0 || referenceForms.length === 0) continue;
    const wanted = placeholdersIn(reference, referenceForms);
    const has = placeholdersIn(file, forms);
    const lacking = [...wanted].filter((name) => !has.has(name)).map((name) => `{{${name}}}`);
    const more = [...has].filter((name) => !wanted.has(name)).map((name) => `{{${name}}}`);
    if (lacking.length === 0 && more.length === 0) continue;
    const differences = [
      lacking.length > 0 ? `lacks ${lacking.join(', ')}` : '',
      more.length > 0 ? `has ${more.join(', ')} more` : '',
    ];
    const reason = `"${key}" ${differences.filter(Boolean).join(' and ')}, compared with ${reference.language}`;
    yield file.at(forms[0] ?? key, reason, `name the same values as ${reference.file}`);
  }
}

function placeholdersIn(file: LocaleFile, forms: readonly string[]): Set<string> {
  return new Set(
    forms.flatMap((form) => {
      const value = file.entries.get(form)?.value;
      return typeof value === 'string' ? placeholders(value) : [];
    }),
  );
}

function* systemProblems({ locales, defaultLanguage }: Surroundings): Generator<Problem> {
  for (const language of locales.languages) {
    const file = locales.files.get(language)?.get(SYSTEM);
    if (!file || file.broken) continue;
    for (const [key, values] of Object.entries(SYSTEM_TEXTS)) {
      const value = file.entries.get(key)?.value;
      if (Array.isArray(value)) yield file.at(key, `"${key}" must be one text, not a list`, 'write one text');
      yield* unknownPlaceholders(file, formsOf(file, key), new Set(values));
    }
    for (const list of REQUIRED_WORDS) {
      const key = `words.${list}`;
      if (typeof file.entries.get(key)?.value === 'string') {
        yield file.at(key, `"${key}" must be a list of words`, 'write it as ["…", "…"]');
      }
    }
    // Of other languages it is no mistake: the default language stands in.
    if (language === defaultLanguage) yield* missingSystemTexts(file);
    const known = [...REQUIRED_WORDS, ...OPTIONAL_WORDS];
    for (const key of file.entries.keys()) {
      if (!key.startsWith('words.') || known.some((words) => key === `words.${words}`)) continue;
      yield file.at(key, `nothing uses the list "${key}"`, `the lists are ${known.join(', ')}`);
    }
  }
}

function* missingSystemTexts(file: LocaleFile): Generator<Problem> {
  for (const key of lackingKeys(file)) {
    const words = key.startsWith('words.');
    const reason = words ? `the list "${key}" is missing` : `the text "${key}" is missing`;
    const remedy = words ? 'add the words that customers use' : 'add it: the service sends it';
    yield file.at(key, reason, remedy);
  }
}

/** The service's own texts and the lists of words, as `words.yes`, that a language does not have. */
function lackingKeys(file: LocaleFile): string[] {
  const keys = [...Object.keys(SYSTEM_TEXTS), ...REQUIRED_WORDS.map((words) => `words.${words}`)];
  return keys.filter((key) => !file.entries.has(key));
}

/** What the service says by itself in a language in which nobody has written all of it. */
export interface Untranslated {
  language: string;
  /** Of `system.json`; the default language stands in. */
  keys: string[];
}

export function untranslated(locales: LocaleFiles, defaultLanguage: string): Untranslated[] {
  return locales.languages.flatMap((language) => {
    const file = locales.files.get(language)?.get(SYSTEM);
    const keys = file && language !== defaultLanguage ? lackingKeys(file) : [];
    return keys.length > 0 ? [{ language, keys }] : [];
  });
}

type WordList = [file: LocaleFile, key: string, meaning: string];

/** Words of one language that would mean two things. */
function* wordProblems(dialogs: readonly CheckedDialog[], locales: LocaleFiles): Generator<Problem> {
  for (const language of locales.languages) {
    const files = locales.files.get(language);
    const system = files?.get(SYSTEM);
    const lists: WordList[] = [];
    for (const words of ['person', 'restart', 'help', 'language', 'this_language']) {
      if (system) lists.push([system, `words.${words}`, `the word for "${words}"`]);
    }
    if (system) lists.push([system, 'words.person_within', 'the word for "person"']);
    for (const { script } of dialogs) {
      const file = files?.get(script.id);
      for (const trigger of script.triggers ?? []) {
        if (file && typeof trigger === 'object')
          lists.push([file, trigger.keywords, `a keyword of ${script.id}`]);
      }
    }
    yield* twiceMeant(lists);
    // A customer who waits in a queue says them to the service: there, no other word has a meaning.
    if (system) {
      yield* twiceMeant([
        [system, 'words.where_am_i', 'the word for "where_am_i"'],
        [system, 'words.leave_queue', 'the word for "leave_queue"'],
      ]);
    }
    for (const { script, flow } of dialogs) {
      const file = files?.get(script.id);
      if (file) yield* alikeOptions(flow, file);
    }
  }
}

function* twiceMeant(lists: readonly WordList[]): Generator<Problem> {
  const taken = new Map<string, string>();
  for (const [file, key, meaning] of lists) {
    for (const word of wordsUnder(file, key)) {
      const other = taken.get(normalised(word));
      if (other !== undefined && other !== meaning) {
        yield file.at(key, `"${word}" is already ${other}`, 'keep it in one of the two lists');
      }
      taken.set(normalised(word), meaning);
    }
  }
}

function* alikeOptions(flow: Flow, file: LocaleFile): Generator<Problem> {
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
          yield file.at(option.label, reason, 'give them different labels, words and values');
        }
        taken.set(normalised(word), n);
      }
    }
  }
}

function wordsUnder(file: LocaleFile, key: string): string[] {
  const value = file.entries.get(key)?.value;
  return Array.isArray(value) ? value : [];
}
