import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp, useT } from '../app-context.ts';
import { pathOf, query } from '../model/api.ts';
import type { Conversation, Page, QuickReply, RenderedReply } from '../model/types.ts';

/** What stands behind a `/` at the beginning of a text that is nothing else; undefined when it is not that. */
export function slashed(text: string): string | undefined {
  return /^\/([^\s/]*)$/.exec(text)?.[1];
}

const MOST = 8;

/** Texts at hand, chosen by arrows and Enter in the field below. */
export function QuickReplies(props: {
  one: Conversation;
  words: string;
  /** Where it leaves what takes the field's keys while this is open; that answers whether a key was its own. */
  keys: RefObject<((event: KeyboardEvent) => boolean) | null>;
  cursor: number;
  setCursor: (at: number) => void;
  onChosen: (text: string) => void;
}) {
  const { one, words, keys, cursor, setCursor, onChosen } = props;
  const t = useT();
  const { desk } = useApp();
  const [found, setFound] = useState<{ words: string; items: QuickReply[] }>();
  const choosing = useRef(false);
  const wanted = useRef<string | undefined>(undefined);
  const replies = found?.items;

  useEffect(() => {
    const asking = new AbortController();
    const fields = {
      ...(words === '' ? {} : { q: words }),
      ...(one.queueId === null ? {} : { queue: one.queueId }),
    };
    desk
      .ask<Page<QuickReply>>('GET', `/api/quick-replies${query(fields)}`, undefined, {
        signal: asking.signal,
      })
      .then(
        ({ items }) => {
          setFound({ words, items: items.slice(0, MOST) });
          if (wanted.current === words) choose(items[0]);
        },
        () => {},
      );
    return () => {
      asking.abort();
      if (wanted.current === words) wanted.current = undefined;
    };
  }, [words, one.queueId, desk]);

  const choose = (reply: QuickReply | undefined) => {
    // A second Enter before the text is there must not fetch it over what was written meanwhile.
    if (reply === undefined || choosing.current) return;
    choosing.current = true;
    void desk
      .attempt(async () => {
        const path = pathOf('conversations', one.id, `/quick-replies/${encodeURIComponent(reply.slug)}`);
        const { text, missing } = await desk.ask<RenderedReply>('GET', path);
        onChosen(text);
        if (missing.length > 0) desk.toast(t('quick.missing', { names: missing.join(', ') }), 'bad');
      })
      .finally(() => {
        choosing.current = false;
      });
  };

  keys.current = (event) => {
    const chosen = event.key === 'Enter' || event.key === 'Tab';
    if (chosen && found?.words !== words) {
      // Those in sight are for fewer letters: what they find now is chosen when it is there.
      wanted.current = words;
      return true;
    }
    const count = replies?.length ?? 0;
    if (count === 0) return false;
    if (event.key === 'ArrowDown') setCursor((cursor + 1) % count);
    else if (event.key === 'ArrowUp') setCursor((cursor + count - 1) % count);
    else if (chosen) choose(replies?.[cursor]);
    else return false;
    return true;
  };

  const texts = (reply: QuickReply) => reply.texts[one.locale ?? ''] ?? Object.values(reply.texts)[0];
  return (
    <div class="quick" id="quick-replies" role="listbox" aria-label={t('quick.label')}>
      {replies?.map((reply, n) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field, which names the active option
        <div
          key={reply.slug}
          id={`quick-${n}`}
          role="option"
          tabIndex={-1}
          aria-selected={n === cursor}
          onClick={() => choose(reply)}
        >
          <strong>/{reply.slug}</strong>
          <span class="line" dir="auto">
            {texts(reply)}
          </span>
        </div>
      ))}
      {replies?.length === 0 && (
        <div
          class="empty"
          id="quick-0"
          role="option"
          tabIndex={-1}
          aria-selected="false"
          aria-disabled="true"
        >
          {t('quick.none')}
        </div>
      )}
    </div>
  );
}
