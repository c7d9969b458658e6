/** Puts made-up values in the place of personal ones: the same for the same, wherever it stands. */
export interface Redaction {
  /** Also what stands for it in a variable: numbers and texts within maps and lists. */
  text(text: string): string;
  /** All of a text is personal, such as the answer to a question for a name. Answers what stands for it. */
  whole(text: string, as: string): string;
}

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;

/** A number as people write it, with what they put between its digits. */
const NUMBER = /\+?\d(?:[\s().\-/]*\d){3,}/g;
/** A date or a time is no number of anybody. */
const DATE = /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(?:19|20)\d\d)$/;

export function createRedaction(): Redaction {
  const made = new Map<string, string>();
  const personal: [text: string, standsFor: string][] = [];
  let numbers = 0;
  let emails = 0;

  function instead(original: string, make: () => string): string {
    const known = made.get(original) ?? make();
    made.set(original, known);
    return known;
  }

  /** As many digits as there were; what was written between them stays. */
  function number(written: string): string {
    if (DATE.test(written)) return written;
    const digits = written.replace(/\D/g, '');
    const other = instead(digits, () => {
      numbers += 1;
      return `1${String(numbers).padStart(digits.length - 1, '0')}`;
    });
    let at = 0;
    return written.replace(/\d/g, () => other[at++] ?? '0');
  }

  function text(given: string): string {
    let out = given;
    for (const [original, standsFor] of personal) out = out.replaceAll(original, standsFor);
    return out
      .replace(EMAIL, (address) =>
        instead(address, () => {
          emails += 1;
          return `customer${emails}@example.com`;
        }),
      )
      .replace(NUMBER, number);
  }

  return {
    text,
    whole(original, as) {
      const plain = original.trim();
      const patterned = text(plain);
      // What is nothing but a number or an address keeps its form: the question may want one.
      if (patterned !== plain && !/\p{L}/u.test(plain.replace(EMAIL, ''))) return patterned;
      const standsFor = instead(plain, () => as);
      if (plain.length > 1) personal.push([plain, standsFor]);
      return standsFor;
    },
  };
}
