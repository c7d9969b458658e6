import { numberIn, writtenNumber } from './recognise-number.ts';
import { Remembered } from './remembered.ts';
import { simplified } from './simplified.ts';

/** An amount as a variable holds it. */
export type Money = { amount: number /** ISO 4217 */; currency: string };

/** Characters; as for dates. */
const LONGEST = 100;

/** Cultures of `@microsoft/recognizers-text-number-with-unit` by language. */
const CULTURES: Readonly<Record<string, string>> = {
  en: 'en-us',
  es: 'es-es',
  fr: 'fr-fr',
  pt: 'pt-br',
  zh: 'zh-cn',
};

/** What stands alone beside a number. Several countries have dollars, pesos, pounds and yuan: the one that was asked for counts. */
const SIGNS: readonly [sign: RegExp, currency: string, family: readonly string[]][] = [
  [/nt\$|twd|nt(?![a-z])/u, 'TWD', []],
  [/us\$|usd/u, 'USD', []],
  [/hk\$|hkd/u, 'HKD', []],
  [/mx\$|mxn/u, 'MXN', []],
  [/ca\$|cad/u, 'CAD', []],
  [/a\$|aud/u, 'AUD', []],
  [/rmb|cny/u, 'CNY', []],
  [/€|eur/u, 'EUR', []],
  [/gbp/u, 'GBP', []],
  [/jpy/u, 'JPY', []],
  [/£/u, 'GBP', ['EGP', 'GIP']],
  [/¥|元|块/u, 'CNY', ['JPY', 'TWD', 'HKD', 'MOP']],
  [/\$/u, 'USD', ['CAD', 'AUD', 'NZD', 'TWD', 'HKD', 'SGD', 'MXN', 'ARS', 'CLP', 'COP', 'DOP', 'UYU', 'BRL']],
];

/** What the recogniser calls units that it gives no ISO code, in any of its languages. The first that fits. */
const UNITS: readonly [unit: RegExp, currency: string, family: readonly string[]][] = [
  [/mexic/iu, 'MXN', []],
  [/estadounidense|united states|américain/iu, 'USD', []],
  [/canad/iu, 'CAD', []],
  [/austral/iu, 'AUD', []],
  [/taiw/iu, 'TWD', []],
  [/hong kong/iu, 'HKD', []],
  [/argentin/iu, 'ARS', []],
  [/colombian/iu, 'COP', []],
  [/chilen/iu, 'CLP', []],
  [/euro/iu, 'EUR', []],
  [/d[óo]lar|dollar/iu, 'USD', ['CAD', 'AUD', 'NZD', 'TWD', 'HKD', 'SGD']],
  [/peso/iu, 'MXN', ['ARS', 'CLP', 'COP', 'CUP', 'DOP', 'PHP', 'UYU']],
  [/libra|pound/iu, 'GBP', ['EGP', 'GIP']],
  [/yuan/iu, 'CNY', ['TWD', 'HKD', 'MOP']],
];

interface Unit {
  /** Missing where the unit stands apart from its number, as in 台幣500. */
  amount: number | undefined;
  name: string;
  iso: string | undefined;
}

/** Understands amounts of money in what customers write. */
export class MoneyRecogniser {
  readonly #units = new Remembered<Unit[]>();

  /** The one amount in a text. What names no currency, or one that several countries have, is in `usual` (ISO 4217). */
  async money(text: string, locale: string, language: string, usual: string): Promise<Money | undefined> {
    if (text.length > LONGEST) return undefined;
    const plain = simplified(text.replace(/\p{Cs}/gu, '').normalize('NFKC')).toLowerCase();
    const written = /\d/.test(plain)
      ? writtenNumber(plain.replace(/\p{Sc}|nt(?=\d)/gu, ' '), locale)
      : undefined;
    const rest = plain.replace(/[+-]?\d+(?:[.,'’]\d+)*/u, '').replace(/[\s.!,]/gu, '');
    if (written !== undefined && rest === '') return amountOf(written, usual);
    const sign = SIGNS.find(([one]) => new RegExp(`^(?:${one.source})$`, 'u').test(rest));
    if (written !== undefined && sign) return amountOf(written, inFamily(sign, usual));
    const units = await this.#recognised(plain, language);
    const [counted, second] = units.filter((unit) => unit.amount !== undefined);
    if (second) return undefined;
    const amount = written ?? counted?.amount ?? (await numberIn(plain, locale, language));
    const unit = units.find((one) => one.amount === undefined) ?? counted;
    return amount === undefined ? undefined : amountOf(amount, unit ? currencyOf(unit, plain, usual) : usual);
  }

  async #recognised(text: string, language: string): Promise<Unit[]> {
    const culture = CULTURES[language.split('-')[0] ?? ''];
    if (culture === undefined || !/\p{L}|\p{Sc}/u.test(text)) return [];
    return this.#units.under(`${culture}\n${text}`, () => recognise(text, culture));
  }
}

function amountOf(amount: number, currency: string): Money | undefined {
  return amount >= 0 && Number.isFinite(amount) ? { amount, currency } : undefined;
}

function inFamily(
  [, currency, family]: readonly [unknown, string, readonly string[]],
  usual: string,
): string {
  return family.includes(usual) ? usual : currency;
}

function currencyOf({ name, iso }: Unit, text: string, usual: string): string {
  // 元 alone is the money of wherever one is; the recogniser takes it for the mainland's.
  if (iso === 'CNY' && !/人民|rmb|cny/u.test(text))
    return inFamily(['', 'CNY', ['TWD', 'HKD', 'MOP']], usual);
  if (iso !== undefined) return iso;
  const known = UNITS.find(([unit]) => unit.test(name));
  return known ? inFamily(known, usual) : usual;
}

/** Loads 20 MB, and is built in 0.1 to 0.7 s the first time in each language; then 1 to 2 ms for a short text. */
async function recognise(text: string, culture: string): Promise<Unit[]> {
  const { default: recognisers } = await import('@microsoft/recognizers-text-number-with-unit');
  try {
    return recognisers.recognizeCurrency(text, culture).flatMap(({ resolution }) => {
      const value: unknown = resolution?.value;
      const amount =
        typeof value === 'string' && value !== 'null' ? Number(value.replace(',', '.')) : undefined;
      const name: unknown = resolution?.unit;
      const iso: unknown = resolution?.isoCurrency;
      if (Number.isNaN(amount) || typeof name !== 'string') return [];
      return [{ amount, name, iso: typeof iso === 'string' && /^[A-Z]{3}$/.test(iso) ? iso : undefined }];
    });
  } catch {
    // It reads what anybody may write, and is not ours.
    return [];
  }
}
