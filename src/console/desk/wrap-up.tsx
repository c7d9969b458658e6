import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useT } from '../app-context.ts';
import type { Conversation } from '../model/types.ts';

const OUTCOMES = ['resolved', 'unresolved', 'spam'] as const;

/**
 * What closes a conversation: how it ended, for reports, and a note for whoever has it next. `atOnce` = it was ended just now,
 * so the focus is wanted here; who only looks through the list keeps its keys.
 */
export function WrapUp(props: { one: Conversation; atOnce?: boolean; onClosed?: () => void }) {
  const { one, atOnce = false, onClosed } = props;
  const t = useT();
  const { desk } = useApp();
  const id = useId();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    if (atOnce) form.current?.querySelector('input')?.focus();
  }, [atOnce]);
  async function close(event: Event) {
    event.preventDefault();
    const { current } = form;
    if (current === null || busy) return;
    const given = new FormData(current);
    const field = (name: string) => String(given.get(name) ?? '').trim();
    const optional = Object.fromEntries(
      ['disposition', 'note'].map((name) => [name, field(name)]).filter(([, value]) => value !== ''),
    );
    setBusy(true);
    const closed = await desk.act(one.id, 'close', { outcome: field('outcome'), ...optional });
    setBusy(false);
    if (closed) onClosed?.();
  }
  return (
    <form class="wrap-up" ref={form} aria-label={t('close.label')} onSubmit={(event) => void close(event)}>
      <fieldset class="choices">
        <legend>{t('close.outcome')}</legend>
        {OUTCOMES.map((outcome, n) => (
          <label key={outcome} class="check">
            <input type="radio" name="outcome" value={outcome} defaultChecked={n === 0} />
            {t(`outcome.${outcome}`)}
          </label>
        ))}
      </fieldset>
      <label for={`${id}d`}>{t('close.disposition')}</label>
      <input id={`${id}d`} name="disposition" maxLength={64} placeholder={t('close.disposition_hint')} />
      <label for={`${id}n`}>{t('close.note')}</label>
      <textarea id={`${id}n`} name="note" rows={2} maxLength={4000} dir="auto" />
      <p class="buttons">
        <button type="submit" class="primary" disabled={busy}>
          {t('do.close')}
        </button>
      </p>
    </form>
  );
}
