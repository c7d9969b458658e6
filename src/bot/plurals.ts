export const PLURAL_FORMS = ['zero', 'one', 'two', 'few', 'many', 'other'] as const;

const ENDING = new RegExp(`_(?:${PLURAL_FORMS.join('|')})$`);

/** `shipped_other` → `shipped`: the key by which a step names a text with plural forms. */
export function withoutPluralForm(key: string): string {
  return key.replace(ENDING, '');
}

/** Counts that customers come to hear of. Beyond them Spanish has a form of its own, for millions. */
const COUNTED = 1000;

/** The plural forms that counts up to a thousand take in a language. */
export function formsTaken(language: string): Set<string> {
  const rules = new Intl.PluralRules(language);
  return new Set(Array.from({ length: COUNTED + 1 }, (_, count) => rules.select(count)));
}
