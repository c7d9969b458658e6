import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp, useT } from '../app-context.ts';
import { useKeys } from '../parts/keys.tsx';

/** An answer that is put into the customer's language before it is sent. */
export interface DraftTranslation {
  /** It is being translated: what would be sent now is not what its author wants. */
  busy: boolean;
  /** The text of before, as long as its translation stands there as it came. */
  before: string | undefined;
  translate: () => void;
  undo: () => void;
}

/** `into` = the customer's language, null where nothing is to be translated; `put` = writes into the field. */
export function useDraftTranslation(given: {
  conversationId: string;
  into: string | null;
  text: string;
  put: (text: string) => void;
}): DraftTranslation {
  const { conversationId, into, text, put } = given;
  const t = useT();
  const { desk, translations } = useApp();
  const [busy, setBusy] = useState(false);
  const [last, setLast] = useState<{ before: string; after: string }>();
  const before = last?.after === text ? last.before : undefined;
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );

  const translate = async () => {
    if (into === null || busy || text.trim() === '') return;
    setBusy(true);
    const translation = await desk.attempt(() => translations.write(conversationId, text, into));
    if (gone.current) return;
    setBusy(false);
    if (translation === undefined) return;
    setLast({ before: text, after: translation.text });
    put(translation.text);
    desk.store.change((state) => {
      state.said = t('translation.said', { text: translation.text });
    });
  };
  return {
    busy,
    before,
    translate: () => void translate(),
    undo() {
      if (before !== undefined) put(before);
    },
  };
}

/** Puts the answer into the customer's language, and back. */
export function TranslateDraft(props: { into: string; text: string; translation: DraftTranslation }) {
  const { into, text, translation } = props;
  const { busy, before, translate, undo } = translation;
  const t = useT();
  const { translations } = useApp();
  useKeys([{ key: 'd', label: 'keys.translate_draft', run: before === undefined ? translate : undo }]);
  if (before !== undefined) {
    return (
      <button type="button" class="small" aria-keyshortcuts="d" onClick={undo}>
        {t('translation.undo')}
      </button>
    );
  }
  return (
    <button
      type="button"
      class="small"
      aria-keyshortcuts="d"
      disabled={text.trim() === ''}
      onClick={translate}
    >
      {busy ? t('translation.busy') : t('translation.into', { language: translations.nameOf(into) })}
    </button>
  );
}
