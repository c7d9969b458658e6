import { useRef } from 'preact/hooks';
import { useApp, useSelect, useT } from '../app-context.ts';
import type { Message } from '../model/types.ts';

/**
 * Whether there is anything in it to translate for who reads it. Customers write in any language; what was written to them is
 * in the conversation's, which is another than the reader's where it is `foreign`.
 */
export function isTranslatable({ direction, masked, text }: Message, foreign: boolean): boolean {
  return (direction === 'in' || (direction === 'out' && foreign)) && !masked && text.trim() !== '';
}

/** The foreign language of what the customer wrote last, of what has been translated; null where it is not known. */
export function useHeardLanguage(conversationId: string): string | null {
  const { translations } = useApp();
  return useSelect((state) => {
    const messages = state.transcripts.get(conversationId)?.messages ?? [];
    const last = messages.findLast(({ id, direction }) => direction === 'in' && state.translations.has(id));
    const from = last && state.translations.get(last.id)?.from;
    return from !== undefined && translations.isForeign(from) ? from : null;
  });
}

/** Puts a translation below a message, and takes it away. */
export function TranslateButton({ message: { id, conversationId } }: { message: Message }) {
  const t = useT();
  const { desk, translations } = useApp();
  const known = useSelect((state) => state.translations.get(id));
  const shown = known?.shown ?? false;
  const asking = useRef(false);
  const turn = async () => {
    if (known !== undefined) {
      desk.store.change((state) => {
        state.translations.set(id, { ...known, shown: !shown });
      });
    }
    // A second press before the answer is there is the same wish.
    if (known !== undefined || asking.current) return;
    asking.current = true;
    const translation = await desk.attempt(() => translations.read(conversationId, id));
    asking.current = false;
    if (translation === undefined) return;
    desk.store.change((state) => {
      state.translations.set(id, { ...translation, shown: true });
      state.said = t('translation.said', { text: translation.text });
    });
  };
  return (
    <button type="button" class="plain small translate" onClick={() => void turn()}>
      {t(shown ? 'translation.hide' : 'translation.show')}
    </button>
  );
}

/** The translation of a message, once somebody has asked for it. */
export function TranslatedText({ message }: { message: Message }) {
  const t = useT();
  const { translations } = useApp();
  const known = useSelect((state) => state.translations.get(message.id));
  if (!known?.shown) return null;
  const { text, from, to } = known;
  return (
    <div class="translation">
      <p class="who">
        {from === undefined
          ? t('translation.label')
          : t('translation.of', { language: translations.nameOf(from) })}
      </p>
      <div class="bubble" lang={to} dir="auto">
        {text}
      </div>
    </div>
  );
}
