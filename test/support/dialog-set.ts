import type { DialogFiles } from '../../src/bot/dialog-files.ts';

/** A set of dialogs out of paths such as `dialogs/main.yaml` and `locales/en/main.json`; what is no text becomes JSON. */
export function dialogSet(files: { [path: string]: string | object }): DialogFiles {
  const named = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, content]) => {
      const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
      return { parts: path.split('/'), text };
    });
  const languages = new Set(named.flatMap(({ parts }) => (parts[0] === 'locales' ? [parts[1] ?? ''] : [])));
  return {
    dialogs: named.flatMap(({ parts, text }) =>
      parts[0] === 'dialogs' ? [{ name: parts[1] ?? '', text }] : [],
    ),
    locales: [...languages].map((language) => ({
      language,
      files: named.flatMap(({ parts, text }) =>
        parts[0] === 'locales' && parts[1] === language && parts[2] !== undefined
          ? [{ name: parts[2], text }]
          : [],
      ),
    })),
    shownAs: { dialogs: 'dialogs', locales: 'locales' },
  };
}
