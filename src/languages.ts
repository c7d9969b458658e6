/**
 * The languages to look in for a customer of this locale, best first, ending with the default:
 * `zh-Hant-HK` → `['zh-TW', 'en']`. BCP 47. Never throws: a locale that is none leads to the default.
 */
export function languageChain(
  locale: string,
  languages: readonly string[],
  defaultLanguage: string,
): readonly string[] {
  const wanted = likely(locale);
  const ranked = wanted
    ? languages
        .map((language) => ({ language, rank: rank(wanted, language) }))
        .filter((match) => match.rank > 0)
        .sort((a, b) => b.rank - a.rank)
        .map(({ language }) => language)
    : [];
  return [...new Set([...ranked, defaultLanguage])];
}

/** 0 = another language; more is nearer. Who writes Hong Kong's Chinese reads Taiwan's sooner than the mainland's. */
function rank(wanted: Intl.Locale, language: string): number {
  const offered = likely(language);
  if (!offered || offered.language !== wanted.language) return 0;
  const script = offered.script === wanted.script ? 4 : 0;
  const region = offered.region === wanted.region ? 2 : 0;
  const general = language === offered.language ? 1 : 0;
  return 1 + script + region + general;
}

/** With the script and region that go without saying: `zh-HK` → `zh-Hant-HK`, `es` → `es-Latn-ES`. */
function likely(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag.replaceAll('_', '-')).maximize();
  } catch {
    return undefined;
  }
}
