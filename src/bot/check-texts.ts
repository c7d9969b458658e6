import type { CheckedDialog, Surroundings } from './check.ts';
import { ROOTS } from './expressions.ts';
import type { LocaleFile, LocaleFiles } from './locale-file.ts';
import { instead, nearest } from './nearest.ts';
import { withoutPluralForm } from './plurals.ts';
import type { Path, Problem } from './problems.ts';
import { OPTIONAL_WORDS, REQUIRED_WORDS, SYSTEM, SYSTEM_TEXTS } from './system-texts.ts';

/** Mistakes in the texts that dialogs and the service itself need, in every language. */
export function textProblems(dialogs: readonly CheckedDialog[], around: Surroundings): Problem[] {
  return [
    ...languageProblems(around),
    ...dialogs.flatMap((dialog) => [...dialogProblems(dialog, around)]),
    ...systemProblems(around),
  ];
}

function languageProblems({ locales, localesDir, defaultLanguage }: Surroundings): Problem[] {
  if (locales.languages.includes(defaultLanguage)) return [];
  const reason = `there are no texts in the default language ${defaultLanguage}`;
  const remedy = `add the folder, or set DEFAULT_LANGUAGE to one of: ${locales.languages.join(', ') || 'none yet'}`;
  return [{ rule: 'language', file: `${localesDir}/${defaultLanguage}`, line: 1, column: 1, reason, remedy }];
}

/** A text key that a dialog names. */
export interface Use {
  key: string;
  path: Path;
  /** A list of words to recognise rather than a text to send. */
  words: boolean;
  /** It may be several texts that say the same, which are said in turn. */
  inTurn?: true;
  /** It may also name the answer that it is about, as `value`. */
  ofAnswer?: true;
  /** Agents read it, not customers. */
  forAgents?: true;
}

const used = new WeakMap<CheckedDialog, readonly Use[]>();

/** The text keys that a dialog names, each as often as it does. Looked for once: several checks ask. */
export function usesOf(dialog: CheckedDialog): readonly Use[] {
  const uses = used.get(dialog) ?? usesIn(dialog);
  used.set(dialog, uses);
  return uses;
}

function usesIn({ script, flow }: CheckedDialog): Use[] {
  const uses: Use[] = (script.triggers ?? []).flatMap((trigger, n) =>
    typeof trigger === 'object' && 'keywords' in trigger
      ? [{ key: trigger.keywords, path: ['triggers', n, 'keywords'], words: true }]
      : [],
  );
  if (script.resume !== undefined) uses.push({ key: script.resume, path: ['resume'], words: false });
  for (const node of flow.nodes.values()) {
    if ('key' in node) {
      const inTurn = node.kind === 'say' ? ({ inTurn: true } as const) : {};
      uses.push({ key: node.key, path: [...node.path, node.kind], words: false, ...inTurn });
    }
    if (node.kind === 'handoff') {
      uses.push({ key: node.summary, path: [...node.path, 'summary'], words: false, forAgents: true });
    }
    if ('noReply' in node && node.noReply?.remind !== undefined) {
      uses.push({ key: node.noReply.remind, path: [...node.path, 'onNoReply', 'remind'], words: false });
    }
    if (node.kind === 'ask') {
      if (node.confirm !== undefined) {
        uses.push({ key: node.confirm, path: [...node.path, 'confirm'], words: false, ofAnswer: true });
      }
      // A sensitive answer is not sent back.
      const ofAnswer = node.sensitive ? {} : ({ ofAnswer: true } as const);
      node.checks.forEach(({ say }, n) => {
        uses.push({ key: say, path: [...node.path, 'validate', n, 'say'], words: false, ...ofAnswer });
      });
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

/** By file, and by key without the ending of a plural form. */
const forms = new WeakMap<LocaleFile['entries'], Map<string, string[]>>();

/** The keys of a file that hold the text `key`: itself, or its plural forms. */
export function formsOf({ entries }: LocaleFile, key: string): readonly string[] {
  let known = forms.get(entries);
  if (!known) {
    known = new Map();
    for (const form of entries.keys()) {
      for (const plain of new Set([form, withoutPluralForm(form)])) {
        known.set(plain, [...(known.get(plain) ?? []), form]);
      }
    }
    forms.set(entries, known);
  }
  return known.get(key) ?? [];
}

function* dialogProblems(dialog: CheckedDialog, around: Surroundings): Generator<Problem> {
  const { source, script, flow } = dialog;
  const { locales, localesDir, defaultLanguage } = around;
  const uses = usesOf(dialog);
  const names = new Set([...ROOTS, ...flow.variables]);
  const namesOfAnswer = new Set([...names, 'value']);
  for (const language of locales.languages) {
    const file = locales.files.get(language)?.get(script.id);
    const path = `${localesDir}/${language}/${script.id}.json`;
    if (!file) {
      if (uses.length > 0) {
        yield source.at(['id'], `the dialog has no texts in ${language}`, `add ${path}`, 'language');
      }
      continue;
    }
    if (file.broken) continue;
    for (const { key, path: at, words, ofAnswer, inTurn } of uses) {
      const forms = formsOf(file, key);
      const lists = forms.filter((form) => Array.isArray(file.entries.get(form)?.value));
      if (forms.length === 0) {
        yield source.at(
          at,
          `the text "${key}" is missing in ${language}`,
          remedyForMissing(key, file, uses, path),
          'missing_text',
        );
      } else if (words && lists.length === 0) {
        yield file.at(key, `"${key}" must be a list of words`, `write it as ["${key}", …]`, 'text_form');
      } else if (!words && lists.length > 0 && !(inTurn && file.entries.has(key))) {
        yield file.at(key, `"${key}" must be one text, not a list`, 'write one text', 'text_form');
      } else if (!words && !file.entries.has(key) && !flow.variables.has('count')) {
        yield source.at(
          at,
          `"${key}" has plural forms, but nothing sets count`,
          'set the variable count before',
          'plural',
        );
      }
      if (!words) yield* unknownPlaceholders(file, forms, ofAnswer ? namesOfAnswer : names);
    }
    if (language !== defaultLanguage) {
      const reference = locales.files.get(defaultLanguage)?.get(script.id);
      const keys = new Set(uses.filter(({ words }) => !words).map(({ key }) => key));
      if (reference) yield* differingPlaceholders(file, reference, keys);
    }
  }
}

/** A text that nothing else uses and that has nearly this name is the one that is meant. */
function remedyForMissing(key: string, file: LocaleFile, uses: readonly Use[], path: string): string {
  const used = new Set(uses.flatMap((use) => formsOf(file, use.key)));
  const near = nearest(
    key,
    [...file.entries.keys()].filter((one) => !used.has(one)),
  );
  return near === undefined ? `add it to ${path}` : `write ${near}, or add it to ${path}`;
}

function* unknownPlaceholders(
  file: LocaleFile,
  forms: readonly string[],
  names: ReadonlySet<string>,
): Generator<Problem> {
  for (const form of forms) {
    for (const placeholder of file.entries.get(form)?.placeholders ?? []) {
      const name = placeholder.split('.')[0] ?? '';
      if (names.has(name)) continue;
      const remedy = instead(name, names, 'set it, or take it out');
      yield file.at(
        form,
        `"${form}" names {{${placeholder}}}, which nothing sets`,
        remedy,
        'unknown_variable',
      );
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
    yield file.at(forms[0] ?? key, reason, `name the same values as ${reference.file}`, 'placeholders');
  }
}

export function placeholdersIn(file: LocaleFile, forms: readonly string[]): Set<string> {
  return new Set(forms.flatMap((form) => file.entries.get(form)?.placeholders ?? []));
}

function* systemProblems({ locales, defaultLanguage }: Surroundings): Generator<Problem> {
  for (const language of locales.languages) {
    const file = locales.files.get(language)?.get(SYSTEM);
    if (!file || file.broken) continue;
    for (const [key, values] of Object.entries(SYSTEM_TEXTS)) {
      const value = file.entries.get(key)?.value;
      if (Array.isArray(value))
        yield file.at(key, `"${key}" must be one text, not a list`, 'write one text', 'text_form');
      yield* unknownPlaceholders(file, formsOf(file, key), new Set(values));
    }
    for (const list of REQUIRED_WORDS) {
      const key = `words.${list}`;
      if (typeof file.entries.get(key)?.value === 'string') {
        yield file.at(key, `"${key}" must be a list of words`, 'write it as ["…", "…"]', 'text_form');
      }
    }
    // Of other languages it is no mistake: the default language stands in.
    if (language === defaultLanguage) yield* missingSystemTexts(file);
    const known = [...REQUIRED_WORDS, ...OPTIONAL_WORDS];
    for (const key of file.entries.keys()) {
      if (!key.startsWith('words.') || known.some((words) => key === `words.${words}`)) continue;
      yield file.at(
        key,
        `nothing uses the list "${key}"`,
        instead(
          key,
          known.map((words) => `words.${words}`),
          'remove it',
        ),
        'unknown_list',
      );
    }
  }
}

function* missingSystemTexts(file: LocaleFile): Generator<Problem> {
  for (const key of lackingKeys(file)) {
    const words = key.startsWith('words.');
    const reason = words ? `the list "${key}" is missing` : `the text "${key}" is missing`;
    const remedy = words ? 'add the words that customers use' : 'add it: the service sends it';
    yield file.at(key, reason, remedy, 'missing_text');
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
