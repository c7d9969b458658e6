import { type Ask, pathOf } from './api.ts';
import type { Translation } from './types.ts';

/** Texts from the customer's language into the reader's, and back. */
export interface Translations {
  /** Whether a conversation of this language is in another than the reader's. */
  isForeign: (language: string) => boolean;
  /** As the reader calls it. */
  nameOf: (language: string) => string;
  /** A message in the reader's language. Rejects with `Refusal` or `Unreachable`. */
  read: (conversationId: string, messageId: string) => Promise<Translation>;
  /** What is about to be written, in another language. Rejects with `Refusal` or `Unreachable`. */
  write: (conversationId: string, text: string, to: string) => Promise<Translation>;
}

/** `language` is the reader's (BCP 47). */
export function createTranslations({ ask, language }: { ask: Ask; language: string }): Translations {
  const names = new Intl.DisplayNames([language], { type: 'language' });
  const translate = (conversationId: string, body: object) =>
    ask<Translation>('POST', pathOf('conversations', conversationId, '/translate'), body);
  const own = writing(language);
  return {
    isForeign(other) {
      const theirs = writing(other);
      return theirs !== undefined && theirs !== own;
    },
    nameOf: (other) => names.of(new Intl.Locale(other).baseName) ?? other,
    read: (conversationId, messageId) => translate(conversationId, { messageId, to: language }),
    write: (conversationId, text, to) => translate(conversationId, { text, to }),
  };
}

/** Who reads one English reads all, but who reads one script of Chinese does not read the other. */
function writing(tag: string): string | undefined {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return `${language}-${script}`;
  } catch {
    // A bot of one's own may say anything.
    return undefined;
  }
}
