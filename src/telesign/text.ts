import { SwitchboardError } from '../errors.ts';

const ODD_CHARACTERS = /[^\P{Cc}\n\t]/gu;
const LONE_SURROGATES = /\p{Cs}/gu;

/**
 * A text as the rest of the service may take it: lone surrogates are U+FFFD, line ends are `\n`, and NUL and the other
 * C0 and C1 controls, which no phone shows and some stores and carriers refuse, are gone. Nothing else changes.
 */
export function normaliseText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(ODD_CHARACTERS, '').replace(LONE_SURROGATES, '\ufffd');
}

/** Septets by UTF-16 unit (GSM 03.38): 1 in the default alphabet, 2 in its extension table, 0 in neither. */
const SEPTETS = new Uint8Array(0x20ad);
const GSM_DEFAULT =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
for (const character of GSM_DEFAULT) SEPTETS[character.charCodeAt(0)] = 1;
for (const character of '\f^{}\\[~]|€') SEPTETS[character.charCodeAt(0)] = 2;

/**
 * What carriers bill for a text, and how it is encoded: 160 septets or 70 UTF-16 units alone, 153 or 67 in each segment
 * of a longer text, where a header takes the rest (3GPP 23.040). A character of two places (an extension character, a
 * surrogate pair) never straddles two segments; combining sequences may. An empty text is one segment.
 *
 * Counted here and not by `sms-segments-calculator`, which takes 0.3 ms for a short text and 8 ms for one of 1600
 * characters (this: 0.2 and 9 µs), and counts a grapheme of more than 67 units as one segment. The tests hold this
 * against it.
 */
export function countSegments(text: string): { segments: number; encoding: 'GSM-7' | 'UCS-2' } {
  const segments = countGsm(text);
  return segments === null
    ? { segments: countUcs(text), encoding: 'UCS-2' }
    : { segments, encoding: 'GSM-7' };
}

function countGsm(text: string): number | null {
  let septets = 0;
  let segments = 1;
  let filled = 0;
  for (let at = 0; at < text.length; at += 1) {
    const width = SEPTETS[text.charCodeAt(at)] ?? 0;
    if (width === 0) return null;
    septets += width;
    filled += width;
    if (filled > 153) {
      segments += 1;
      filled = width;
    }
  }
  return septets <= 160 ? 1 : segments;
}

function countUcs(text: string): number {
  if (text.length <= 70) return 1;
  let segments = 0;
  for (let at = 0; at < text.length; segments += 1) {
    at += 67;
    if (at < text.length && isHighSurrogate(text.charCodeAt(at - 1))) at -= 1;
  }
  return segments;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;

export interface Part {
  /** At most `limit` UTF-16 units, hence also at most that many code points. */
  text: string;
  segments: number;
}

/** TeleSign's limit for one message. It does not say what it counts; UTF-16 units are never fewer than code points. */
const LIMIT = 1600;

/**
 * Cuts a text into the messages that it leaves as. One that fits stays as it is, but normalised; one of nothing but
 * whitespace makes no message. A longer one is cut where a paragraph, else a line or sentence, else a word, else a
 * grapheme ends; whitespace at a cut and at both ends is dropped and each part begins with its mark, `(1/3) `. `limit`
 * is in UTF-16 units, marks included. A grapheme longer than a part is cut between code points, since it must be cut
 * somewhere. Throws `internal` for a limit under 32, which leaves no room beside the marks.
 */
export function splitText(text: string, limit: number = LIMIT): Part[] {
  if (limit < 32) throw new SwitchboardError('internal', 'A part of a text needs at least 32 characters.');
  const whole = normaliseText(text);
  if (!/\S/.test(whole)) return [];
  const parts = whole.length <= limit ? [whole] : splitLong(whole, limit);
  return parts.map((part) => ({ text: part, segments: countSegments(part).segments }));
}

function splitLong(text: string, limit: number): string[] {
  const from = skipSpace(text, 0);
  const to = text.trimEnd().length;
  if (to - from <= limit) return [text.slice(from, to)];
  // The marks' length depends on how many parts there are, and that on the marks' length.
  for (let digits = String(Math.ceil((to - from) / limit)).length; ; digits += 1) {
    const parts = cutAll(text, from, to, (n) => limit - mark(n, 10 ** digits - 1).length);
    if (String(parts.length).length <= digits) return parts.map((part, n) => mark(n, parts.length) + part);
  }
}

function mark(n: number, of: number): string {
  return `(${n + 1}/${of}) `;
}

function cutAll(text: string, from: number, to: number, room: (part: number) => number): string[] {
  const parts: string[] = [];
  for (let at = from; at < to; ) {
    const size = room(parts.length);
    const end = to - at <= size ? to : findCut(text, at, size);
    parts.push(text.slice(at, end));
    at = skipSpace(text, end);
  }
  return parts;
}

/** A run of whitespace; what ends a sentence or clause in scripts that put no space after it. */
const OPPORTUNITY = /\s+|[。！？｡]+[」』”’）》】]*|[，、；：]/g;
const SENTENCE_END = /[.!?…。！？｡][")\]'”’»」』）》】]*$/;
/** The number of a list's item, "2." or "2)": it belongs to what follows. */
const ITEM_NUMBER = /(?:^|\s)\d{1,3}[.)]$/;

/** Where to end a part that begins at `from` and has room for `size` units. There is more text than that. */
function findCut(text: string, from: number, size: number): number {
  // One unit more shows whether whitespace follows a part that is full to the brim.
  const window = text.slice(from, from + size + 1);
  let paragraph: number | undefined;
  let sentence: number | undefined;
  let word: number | undefined;
  for (const { 0: found, index } of window.matchAll(OPPORTUNITY)) {
    const isSpace = /\s/.test(found);
    const end = index + (isSpace ? 0 : found.length);
    if (end === 0 || end > size) continue;
    const lines = isSpace ? found.split('\n').length - 1 : 0;
    const before = window.slice(Math.max(0, end - 8), end);
    if (lines === 0 && word !== undefined && ITEM_NUMBER.test(before)) continue;
    word = end;
    // A paragraph or sentence that ends in the first half would leave a part that is mostly empty.
    if (end < size / 2) continue;
    if (lines > 1) paragraph = end;
    if (lines > 0 || SENTENCE_END.test(before)) sentence = end;
  }
  for (const end of [paragraph, sentence, word]) {
    if (end !== undefined && graphemeStart(text, from, from + end) === from + end) return from + end;
  }
  const end = graphemeStart(text, from, from + size);
  if (end > from) return end;
  return from + size - (isHighSurrogate(text.charCodeAt(from + size - 1)) ? 1 : 0);
}

const WHITESPACE = /\s*/y;

/** Where the text goes on after whitespace. A mark that combines with the last space keeps it. */
function skipSpace(text: string, at: number): number {
  WHITESPACE.lastIndex = at;
  WHITESPACE.test(text);
  const next = WHITESPACE.lastIndex;
  return next === at ? at : graphemeStart(text, at, next);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Where the grapheme that `at` is in begins; `at` itself when that is a boundary. `from` must be a boundary: what stands
 * before one has no say in those after it. Two units after `at` show whether the grapheme goes on there.
 */
function graphemeStart(text: string, from: number, at: number): number {
  const found = graphemes.segment(text.slice(from, at + 2)).containing(at - from);
  return found ? from + found.index : at;
}
