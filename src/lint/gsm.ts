/** Characters that word processors put in, and how a phone's keyboard writes them. */
const PLAIN: { readonly [character: string]: string } = {
  ...{ '‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", '`': "'", '´': "'", ʼ: "'" },
  ...{ '“': '"', '”': '"', '„': '"', '‟': '"', '″': '"', '«': '"', '»': '"' },
  ...{ '–': '-', '—': '-', '‐': '-', '‑': '-', '‒': '-', '−': '-', '•': '-', '·': '-' },
  ...{ '…': '...', '×': 'x', '\u00a0': ' ', '\u2009': ' ', '\u202f': ' ', '\u200b': '', '\ufeff': '' },
};

/** What stands for a character that GSM-7 lacks: a plain sign, or the letter without its accent. */
export interface Replacement {
  character: string;
  /** Undefined when nothing can stand for it. */
  by: string | undefined;
  /** It came in by a word processor: nobody would miss it. */
  isTypography: boolean;
}

/** The characters of a text that take it out of GSM-7, each once. `isGsm` knows the alphabet. */
export function outsideGsm(text: string, isGsm: (character: string) => boolean): Replacement[] {
  const outside = [...new Set(text)].filter((character) => !isGsm(character));
  return outside.map((character) => {
    const plain = PLAIN[character];
    if (plain !== undefined) return { character, by: plain, isTypography: true };
    const bare = character.normalize('NFKD').replace(/\p{M}/gu, '');
    const isBetter = bare !== '' && [...bare].every(isGsm);
    return { character, by: isBetter ? bare : undefined, isTypography: false };
  });
}
