import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { useT } from '../app-context.ts';
import { Icon } from './icons.tsx';
import { Toasts } from './toasts.tsx';

/**
 * A dialog before the page. The browser keeps the focus in it and gives it back. `stays` = it cannot be put away;
 * `toRead` = nothing in it takes the focus, so its text does, and arrows scroll it.
 */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  stays?: boolean;
  wide?: boolean;
  toRead?: boolean;
  children: ComponentChildren;
}) {
  const { title, onClose, stays = false, wide = false, toRead = false, children } = props;
  const t = useT();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!stays) onClose();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
      </header>
      <div class="inside" tabIndex={toRead ? 0 : undefined}>
        {children}
      </div>
      {!stays && (
        // Last, so that the focus begins at what is to be filled in or chosen.
        <button type="button" class="icon close" aria-label={t('do.close_dialog')} onClick={onClose}>
          <Icon name="cross" />
        </button>
      )}
      <Toasts />
    </dialog>
  );
}
