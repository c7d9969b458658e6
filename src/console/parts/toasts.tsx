import { useApp, useSelect, useT } from '../app-context.ts';
import { Icon } from './icons.tsx';

/** What has just happened, or went wrong; goes away by itself. A dialog has its own: before it, those of the page are inert. */
export function Toasts() {
  const t = useT();
  const { desk } = useApp();
  const toasts = useSelect((state) => state.toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, tone, href }) => (
        <div key={id} class={`toast ${tone}`}>
          {href === undefined ? <p>{text}</p> : <a href={href}>{text}</a>}
          <button type="button" class="icon" aria-label={t('do.dismiss')} onClick={() => desk.dismiss(id)}>
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
