import { createContext } from 'preact';
import { useContext, useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import type { Alerts } from './model/alerts.ts';
import type { Desk } from './model/desk.ts';
import type { Drafts } from './model/drafts.ts';
import type { State } from './model/state.ts';
import type { Texts } from './model/texts.ts';
import type { Formats } from './model/times.ts';
import type { Translations } from './model/translations.ts';

/** What every component may use; made once in `main.tsx`. */
export interface App {
  desk: Desk;
  drafts: Drafts;
  alerts: Alerts;
  texts: Texts;
  formats: Formats;
  translations: Translations;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('A component stands outside of the app.');
  return app;
}

export const useT = () => useApp().texts.t;
export const useFormats = () => useApp().formats;

/**
 * What `select` makes of the state, now and whenever that is something else. Lists are something else when one of their
 * members is.
 */
export function useSelect<T>(select: (state: State) => T): T {
  const { store } = useApp().desk;
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const shown = useRef<{ select: (state: State) => T; value: T } | null>(null);
  const value = settled(shown.current?.value, select(store.state));
  shown.current = { select, value };
  useLayoutEffect(
    () =>
      store.listen(() => {
        const { current } = shown;
        if (current !== null && settled(current.value, current.select(store.state)) !== current.value)
          draw(null);
      }),
    [store],
  );
  return value;
}

/** The value from before, when the new one says the same. */
function settled<T>(before: T | undefined, now: T): T {
  if (before === undefined || Object.is(before, now)) return now;
  if (!Array.isArray(before) || !Array.isArray(now)) return now;
  return before.length === now.length && before.every((member, n) => Object.is(member, now[n]))
    ? before
    : now;
}

/** Draws again every `milliseconds`, for what shows how long something takes. */
export function useClock(milliseconds: number): number {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => draw(null), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
  return Date.now();
}
