/** A number as people write and read it. */
export interface PhoneNumber {
  /** Digits with country code, as conversations have it. */
  number: string;
  e164: string;
  national: string;
  /** ISO 3166; null where several share a code and the number is of none for sure. */
  country: string | null;
  /** Such as `mobile`; null = its digits do not tell. */
  type: string | null;
}

/** Where a number is read that is written as in its own country. */
export type Home = { country: string } | { number: string };

/** Loaded when it is first used: it takes 10 MiB. */
const library = () => import('libphonenumber-js/min');

/** ISO 3166, of those that have numbers. */
export async function isCountry(code: string): Promise<boolean> {
  return (await library()).isSupportedCountry(code);
}

/**
 * The numbers that `typed` can be, the likeliest first: with a `+` or `00` one; else as it is written in the countries of
 * `homes` (a country, or digits of a number there), then with its country code. None when it can be no number, by its
 * length.
 */
export async function readNumber(typed: string, homes: readonly Home[]): Promise<PhoneNumber[]> {
  const { parsePhoneNumberFromString, isSupportedCountry } = await library();
  const readings: ReturnType<typeof parsePhoneNumberFromString>[] = [];
  const international = /^\s*(?:[+＋]|00)\s*/.exec(typed);
  if (international) {
    const rest = typed.slice(international[0].length);
    readings.push(parsePhoneNumberFromString(`+${rest}`, { extract: false }));
  } else {
    for (const home of homes) {
      if ('country' in home) {
        if (!isSupportedCountry(home.country)) continue;
        readings.push(parsePhoneNumberFromString(typed, { defaultCountry: home.country, extract: false }));
      } else {
        const own = parsePhoneNumberFromString(`+${home.number}`, { extract: false });
        if (own === undefined) continue;
        const defaultCallingCode = own.countryCallingCode;
        readings.push(parsePhoneNumberFromString(typed, { defaultCallingCode, extract: false }));
      }
    }
    if (!/[^\d\s().-]/.test(typed)) {
      readings.push(parsePhoneNumberFromString(`+${typed.replace(/\D/g, '')}`, { extract: false }));
    }
  }
  const numbers = new Map<string, PhoneNumber>();
  for (const read of readings) {
    // Nobody texts from an extension.
    if (!read?.isPossible() || read.ext !== undefined || numbers.has(read.number)) continue;
    numbers.set(read.number, {
      number: read.number.slice(1),
      e164: read.number,
      national: read.formatNational(),
      country: read.country ?? null,
      type: read.getType()?.toLowerCase() ?? null,
    });
  }
  return [...numbers.values()];
}
