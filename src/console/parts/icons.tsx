/** Drawn on a grid of 24; strokes take the colour of the text. */
const PATHS = {
  cross: 'M6 6l12 12M18 6L6 18',
  back: 'M15 5l-7 7 7 7',
  send: 'M5 12h13M12 5l7 7-7 7',
  check: 'M5 13l4 4L19 7',
  checks: 'M2 13l4 4L16 7M10 16l1 1L21 7',
  clock: 'M12 7v5l3 2M12 3a9 9 0 100 18 9 9 0 000-18z',
  warn: 'M12 4L2.5 20h19zM12 10v4M12 17v.5',
  bot: 'M6 9h12v9H6zM12 9V5M9 13v1M15 13v1',
  person: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4.5 20c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500',
  note: 'M5 4h14v11l-5 5H5zM14 20v-5h5',
  more: 'M5 12h.1M12 12h.1M19 12h.1',
  search: 'M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5',
  bell: 'M6 17V11a6 6 0 0112 0v6l1.500 1h-15zM10 21h4',
  mute: 'M6 17V11a6 6 0 0110-4.500M18 11v6l1.500 1h-15M3 3l18 18',
  moon: 'M20 14a8 8 0 01-10-10 8 8 0 1010 10z',
  info: 'M12 11v6M12 7v.5M12 3a9 9 0 100 18 9 9 0 000-18z',
  plus: 'M12 5v14M5 12h14',
  at: 'M16 12a4 4 0 11-8 0 4 4 0 018 0zM16 8v5.500a2.500 2.500 0 005 0V12a9 9 0 10-4 7.500',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M8 9h16v11H15l-5 4v-4H8z" />
    </svg>
  );
}
