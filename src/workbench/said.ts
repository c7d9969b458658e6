import type { AskedText } from '../bot/texts.ts';

/** A text within a message. */
export interface SaidText {
  /** `main/welcome`: the locale file and the key; undefined for words that no key gave. */
  key: string | undefined;
  text: string;
}

/**
 * Of which texts a message is made: those that the dialogs asked for in the same turn, with a blank line between them as
 * the bot joins them. What follows a text up to the next, such as the options of a choice, belongs to it.
 */
export function saidTexts(message: string, asked: readonly AskedText[]): SaidText[] {
  const known = asked
    .filter(({ text }) => text !== '')
    // As the service's own texts leave, in which a value may be empty.
    .map(({ text, ...where }) => ({ ...where, text: text.replace(/ {2,}/g, ' ') }))
    .sort((a, b) => b.text.length - a.text.length);
  const beginsAt = (at: number) =>
    known.find(({ text }) => message.startsWith(text, at) && endsText(message, at + text.length));
  const said: SaidText[] = [];
  let from = 0;
  while (from < message.length) {
    const begun = beginsAt(from);
    let to = from + (begun?.text.length ?? 0);
    for (;;) {
      const gap = message.indexOf('\n\n', to);
      to = gap < 0 ? message.length : gap;
      if (gap < 0 || beginsAt(gap + 2) || !begun) break;
      to = gap + 2;
    }
    said.push({ key: begun && `${begun.file}/${begun.key}`, text: message.slice(from, to) });
    from = to + 2;
  }
  return said;
}

/** A text ends where its line does: `Order` is not the text at the begin of `Order status`. */
function endsText(message: string, at: number): boolean {
  return at === message.length || message[at] === '\n';
}
