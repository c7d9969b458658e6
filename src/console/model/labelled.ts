import type { T } from './texts.ts';

/** The text for a code of the service, or the code in plain: dialogs and rules may have codes of their own. */
export function labelled(t: T, group: string, code: string): string {
  const key = `${group}.${code}`;
  const text = t(key);
  return text === key ? code.replaceAll('_', ' ') : text;
}
