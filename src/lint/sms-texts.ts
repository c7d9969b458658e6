import { usesOf } from '../bot/check-texts.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import type { Node } from '../bot/flow.ts';
import { type LocaleFile, type LocaleFiles, withoutPlaceholders } from '../bot/locale-file.ts';
import { pagesOf, pageText } from '../bot/menu.ts';
import { withoutPluralForm } from '../bot/plurals.ts';
import type { Problem } from '../bot/problems.ts';
import { SYSTEM, SYSTEM_TEXTS } from '../bot/system-texts.ts';
import { countSegments } from '../telesign/text.ts';
import { outsideGsm, type Replacement } from './gsm.ts';

/** A longer text leaves as several messages. UTF-16 units. */
const LONGEST = 1600;

/** Texts that cost more than they need, or leave as several messages. What values they will hold is not known. */
export function* smsTexts({ dialogs, around, own }: CheckedSet): Generator<Problem> {
  const languages = [...own.files.values()];
  for (const dialog of dialogs) {
    const uses = usesOf(dialog).filter(({ words, forAgents }) => !words && !forAgents);
    const sent = new Set(uses.map(({ key }) => key));
    for (const file of languages.flatMap((files) => files.get(dialog.script.id) ?? [])) {
      for (const key of formsAmong(file, sent)) yield* textProblems(file, key);
      for (const node of dialog.flow.nodes.values()) yield* menuProblems(file, node, around.locales);
    }
  }
  const sent = new Set(Object.keys(SYSTEM_TEXTS).filter((key) => !NOT_SENT.test(key)));
  for (const file of languages.flatMap((files) => files.get(SYSTEM) ?? [])) {
    for (const key of formsAmong(file, sent)) yield* textProblems(file, key);
  }
}

/** The service's own texts that are for agents, or only parts of others. */
const NOT_SENT = /^(summary_|note_|callback_mail_|language_name$|wait_estimate|opens_unknown$)/;

function formsAmong(file: LocaleFile, keys: ReadonlySet<string>): string[] {
  return [...file.entries.keys()].filter((key) => keys.has(key) || keys.has(withoutPluralForm(key)));
}

function isGsm(text: string): boolean {
  return countSegments(text).encoding === 'GSM-7';
}

function* textProblems(file: LocaleFile, key: string): Generator<Problem> {
  for (const value of [file.entries.get(key)?.value ?? []].flat()) {
    const text = withoutPlaceholders(value);
    const [dear] = gsmProblems(file, key, text);
    // One of the two is enough: with other characters it may well fit one segment.
    if (dear) yield dear;
    else yield* sizeProblems(file, key, `"${key}"`, text);
  }
}

/** A page of a menu leaves as one text. */
function* menuProblems(file: LocaleFile, node: Node, { files }: LocaleFiles): Generator<Problem> {
  if (node.kind !== 'choice') return;
  const more = String(files.get(file.language)?.get(SYSTEM)?.entries.get('choice_more')?.value ?? '');
  const text = (key: string) => {
    const value = file.entries.get(key)?.value;
    return typeof value === 'string' ? withoutPlaceholders(value) : '';
  };
  const question = text(node.key);
  const labels = node.options.map(({ label }) => text(label));
  const pages = pagesOf(question, labels, more);
  const texts = pages.map((page) => pageText(question, labels, page, pages.length > 1 ? more : undefined));
  const menu = texts.find((one) => countSegments(one).segments > 1) ?? '';
  // The question alone has been told of already.
  if (countSegments(question).segments > 1) return;
  yield* sizeProblems(file, node.key, `"${node.key}" with its options`, menu);
}

function* sizeProblems(file: LocaleFile, key: string, what: string, text: string): Generator<Problem> {
  const { segments, encoding } = countSegments(text);
  if (text.length > LONGEST) {
    const reason = `${what} has ${text.length} characters, and a message holds ${LONGEST}`;
    yield file.at(key, reason, 'make several texts of it', 'over_limit');
  } else if (segments > 1) {
    const reason = `${what} takes ${segments} segments: ${text.length} characters of ${encoding}`;
    const most = encoding === 'GSM-7' ? 160 : 70;
    yield file.at(key, reason, `shorten it to ${most} characters`, 'over_one_segment');
  }
}

/** Told when plain signs would do, or when one letter or picture costs whole segments. */
function* gsmProblems(file: LocaleFile, key: string, text: string): Generator<Problem> {
  if (isGsm(text)) return;
  const outside = outsideGsm(text, isGsm);
  const plain = outside.reduce((so, { character, by = '' }) => so.replaceAll(character, by), text);
  const [costs, would] = [text, plain].map((one) => countSegments(one).segments);
  const isPlainBetter = outside.every(({ isTypography }) => isTypography);
  if (!isPlainBetter && (outside.length > 1 || costs === would)) return;
  const named = outside.map(({ character }) => shown(character)).join(', ');
  const dearer = costs === would ? '' : `, and takes ${costs} segments rather than ${would}`;
  const reason = `"${key}" leaves GSM-7 because of ${named}${dearer}`;
  yield file.at(key, reason, outside.map(instead).join(', '), 'gsm');
}

function instead({ character, by, isTypography }: Replacement): string {
  if (by === undefined || by === '') return `take out ${shown(character)}`;
  const written = `write ${by === ' ' ? 'a space' : by} for ${shown(character)}`;
  return isTypography ? written : `use another word, or ${written}`;
}

/** `’ (U+2019)` */
function shown(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return /[\p{Z}\p{C}]/u.test(character) ? name : `${character} (${name})`;
}
