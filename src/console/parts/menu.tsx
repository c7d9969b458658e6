import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useKeys } from './keys.tsx';

/** A sheet that opens below its button, and goes away by Esc, by a click elsewhere, and when something in it was done. */
export function Menu(props: {
  label: string;
  button: ComponentChildren;
  list?: boolean;
  opensBy?: { key: string; label: string };
  onOpen?: () => void;
  onClose?: () => void;
  children: ComponentChildren;
}) {
  const { label, button, list = false, opensBy, onOpen, onClose, children } = props;
  const menu = useRef<HTMLDetailsElement>(null);
  const open = () => {
    const { current } = menu;
    if (current === null) return;
    current.open = true;
    current.querySelector('summary')?.focus();
  };
  useKeys(opensBy === undefined ? [] : [{ ...opensBy, run: open }]);
  useLayoutEffect(() => {
    const clicked = (event: Event) => {
      const { current } = menu;
      if (current?.open && event.target instanceof Node && !current.contains(event.target))
        current.open = false;
    };
    document.addEventListener('click', clicked);
    return () => document.removeEventListener('click', clicked);
  }, []);
  return (
    <details
      class="menu"
      ref={menu}
      onFocusOut={(event) => {
        // Who goes on by Tab has left it; a press on what takes no focus leads nowhere.
        const { current } = menu;
        const to = event.relatedTarget;
        if (current && to instanceof Node && !current.contains(to)) current.open = false;
      }}
      onKeyDown={(event) => {
        const { current } = menu;
        if (event.key !== 'Escape' || !current?.open) return;
        event.preventDefault();
        current.open = false;
        current.querySelector('summary')?.focus();
      }}
      onClick={(event) => {
        const done = list ? '.sheet button' : '.sheet a[href]';
        if (menu.current && event.target instanceof Element && event.target.closest(done))
          menu.current.open = false;
      }}
      onToggle={(event) => {
        if (event.currentTarget.open) onOpen?.();
        else onClose?.();
      }}
    >
      <summary aria-label={label} aria-keyshortcuts={opensBy?.key}>
        {button}
      </summary>
      <div class={list ? 'sheet list' : 'sheet'}>{children}</div>
    </details>
  );
}
