import { keep, stored } from './storage.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const CHOSEN = 'switchboard.theme';

export function chosenTheme(): Theme {
  return THEMES.find((theme) => theme === stored(CHOSEN)) ?? 'auto';
}

/** `auto` follows the system. */
export function chooseTheme(theme: Theme): void {
  keep(CHOSEN, theme === 'auto' ? null : theme);
  applyTheme();
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = chosenTheme();
}
