import { countSegments, normaliseText, splitText } from '../../telesign/text.ts';

/** What a text costs before it is sent, counted as the service counts it. */
export interface Meter {
  /** Messages that it leaves as. */
  parts: number;
  /** What carriers bill. */
  segments: number;
  encoding: 'GSM-7' | 'UCS-2';
  /** Characters that force UCS-2, in which a segment holds 70 instead of 160; each once, in their order. */
  dear: { character: string; replacement: string | null }[];
}

/** Above this the dear characters are many, and naming them all helps nobody. */
const MOST_NAMED = 5;

export function measure(text: string): Meter {
  const parts = splitText(text);
  const encodings = parts.map((part) => countSegments(part.text).encoding);
  return {
    parts: parts.length,
    segments: parts.reduce((sum, part) => sum + part.segments, 0),
    encoding: encodings.includes('UCS-2') ? 'UCS-2' : 'GSM-7',
    dear: dearIn(normaliseText(text)),
  };
}

function dearIn(text: string): Meter['dear'] {
  const dear: Meter['dear'] = [];
  for (const character of new Set(text)) {
    if (countSegments(character).encoding === 'GSM-7') continue;
    dear.push({ character, replacement: replacementOf(character) });
    if (dear.length === MOST_NAMED) break;
  }
  return dear;
}

/** What word processors put in place of what was typed, and what phones show alike. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '`': "'",
  '´': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '…': '...',
  '–': '-',
  '—': '-',
  '−': '-',
  '•': '-',
  '\u00a0': ' ',
  '\u202f': ' ',
  '\u2009': ' ',
  '\u200b': '',
  '\t': ' ',
  '©': '(c)',
  '®': '(R)',
  '™': '(TM)',
  '×': 'x',
};

/** A letter without an accent that GSM-7 lacks is still readable; what has no such likeness has none. */
function replacementOf(character: string): string | null {
  const known = REPLACEMENTS[character];
  if (known !== undefined) return known;
  const bare = character.normalize('NFD').replace(/\p{M}/gu, '');
  return bare !== character && countSegments(bare).encoding === 'GSM-7' ? bare : null;
}
