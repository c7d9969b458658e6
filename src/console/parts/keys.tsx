import { type ComponentChildren, createContext } from 'preact';
import { useContext, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useT } from '../app-context.ts';
import { Dialog } from './dialog.tsx';

/** What a key does while its component is there. */
export interface Binding {
  /** As `KeyboardEvent.key` has it. */
  key: string;
  /** Of the text that `?` shows. */
  label: string;
  run: () => void;
}

interface Bound {
  bindings: Binding[];
}

const KeysContext = createContext<Set<Bound> | null>(null);

/** Keys work where nobody writes and no dialog is open; `?` lists those that work now. */
export function KeysProvider({ children }: { children: ComponentChildren }) {
  const t = useT();
  const bound = useRef(new Set<Bound>()).current;
  const [listed, setListed] = useState<Binding[]>();
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (isWriting(event.target)) {
        if (event.key === 'Escape' && !event.isComposing) event.target.blur();
        return;
      }
      if (event.key === '?') return setListed([...bound].flatMap(({ bindings }) => bindings));
      // Of two that have the same key, what came later is nearer.
      const binding = [...bound]
        .reverse()
        .flatMap(({ bindings }) => bindings)
        .find(({ key }) => key === event.key);
      if (binding === undefined) return;
      event.preventDefault();
      binding.run();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [bound]);
  return (
    <KeysContext.Provider value={bound}>
      {children}
      {listed && (
        <Dialog title={t('keys.title')} onClose={() => setListed(undefined)} toRead>
          <dl class="keys">
            {listed.map(({ key, label }) => (
              <div key={key}>
                <dt>
                  <kbd>{SHOWN[key] ?? key}</kbd>
                </dt>
                <dd>{t(label)}</dd>
              </div>
            ))}
            {COMPOSER.map(([key, label]) => (
              <div key={label}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{t(label)}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </KeysContext.Provider>
  );
}

const SHOWN: Readonly<Record<string, string>> = { Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑' };

/** What the composer takes itself. */
const COMPOSER = [
  ['Enter', 'keys.send'],
  ['Shift Enter', 'keys.line'],
  ['/', 'keys.quick'],
  ['Esc', 'keys.leave'],
  ['?', 'keys.help'],
] as const;

function isWriting(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** Binds keys for as long as the component is there. */
export function useKeys(bindings: Binding[]): void {
  const bound = useContext(KeysContext);
  const mine = useRef<Bound>({ bindings }).current;
  mine.bindings = bindings;
  useLayoutEffect(() => {
    bound?.add(mine);
    return () => {
      bound?.delete(mine);
    };
  }, [bound, mine]);
}
