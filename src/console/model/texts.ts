export type Values = Readonly<Record<string, string | number>>;

/** The text of a key, its `{{name}}` filled. With a `count`, the form that the language has for it. */
export type T = (key: string, values?: Values) => string;

export interface Texts {
  language: string;
  languages: readonly { language: string; name: string }[];
  t: T;
}

export function createT(language: string, texts: Readonly<Record<string, string>>): T {
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const { count } = values;
    const form =
      typeof count === 'number'
        ? (texts[`${key}_${plural.select(count)}`] ?? texts[`${key}_other`])
        : undefined;
    const text = form ?? texts[key] ?? key;
    return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => `${values[name] ?? ''}`);
  };
}
