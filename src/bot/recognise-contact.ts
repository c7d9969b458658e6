/** Characters. Beyond it nobody wrote only a number or an address. */
const LONGEST = 300;

/**
 * The one telephone number in a text, in E.164. Without its country code it is one of the country of `customer` (digits with
 * country code), who is written as they write it at home. The plans of all countries are loaded with the first question.
 */
export async function phoneNumber(text: string, customer: string): Promise<string | undefined> {
  if (text.length > LONGEST) return undefined;
  const { findPhoneNumbersInText, parsePhoneNumberFromString } = await import('libphonenumber-js');
  const plain = text.normalize('NFKC');
  const own = parsePhoneNumberFromString(`+${customer}`);
  const home = own?.country
    ? { defaultCountry: own.country }
    : own
      ? { defaultCallingCode: own.countryCallingCode }
      : {};
  const whole = parsePhoneNumberFromString(plain.trim(), { ...home, extract: false });
  if (whole?.isValid()) return whole.number;
  const found = findPhoneNumbersInText(plain, home).filter(({ number }) => number.isValid());
  const [first, second] = found;
  return first && !second ? first.number.number : undefined;
}

/** One of each part, and every part of bounded length, so that no text takes long. */
const EMAIL =
  /(?<![\p{L}\p{N}.!#$%&*+/=?^_{|}~-])[a-z0-9](?:[a-z0-9.!#$%&'*+/=?^_{|}~-]{0,62}[a-z0-9_+-])?@[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})(?:\.[\p{L}\p{N}-]{1,63}){1,8}/giu;

/** The one e-mail address in a text; the part behind @ in small letters. */
export function emailAddress(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  const found = [...new Set([...text.normalize('NFKC').matchAll(EMAIL)].map(([address]) => address))];
  const [first, second] = found;
  if (first === undefined || second !== undefined || first.includes('..')) return undefined;
  const at = first.indexOf('@');
  const domain = first
    .slice(at + 1)
    .replace(/[-.]+$/, '')
    .toLowerCase();
  if (!/\.\p{L}{2,}$/u.test(domain)) return undefined;
  return `${first.slice(0, at)}@${domain}`;
}
