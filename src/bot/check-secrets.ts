import type { CheckedDialog } from './check.ts';
import { formsOf, placeholdersIn, usesOf } from './check-texts.ts';
import type { LocaleFiles } from './locale-file.ts';
import type { Problem } from './problems.ts';

/** Texts that would send a sensitive answer back, and so keep it in the transcript. What an agent is told may name one. */
export function* secretProblems(
  dialogs: readonly CheckedDialog[],
  { languages, files }: LocaleFiles,
): Generator<Problem> {
  const all = dialogs.flatMap((dialog) => secretsOf(dialog));
  const shared = all.filter((name) => name.startsWith('session.'));
  for (const dialog of dialogs) {
    const secrets = [...shared, ...secretsOf(dialog).filter((name) => !name.includes('.'))];
    if (secrets.length === 0) continue;
    const sent = usesOf(dialog).filter(({ words, forAgents }) => !words && !forAgents);
    for (const language of languages) {
      const file = files.get(language)?.get(dialog.script.id);
      if (!file) continue;
      for (const form of new Set(sent.flatMap(({ key }) => formsOf(file, key)))) {
        for (const placeholder of placeholdersIn(file, [form])) {
          const name = placeholder.replace(/^vars\./, '');
          if (!secrets.some((secret) => name === secret || name.startsWith(`${secret}.`))) continue;
          const reason = `"${form}" names {{${placeholder}}}, a sensitive answer: the transcript would keep it`;
          yield file.at(form, reason, 'take it out', 'secret');
        }
      }
    }
  }
}

function secretsOf({ flow }: CheckedDialog): string[] {
  return [...flow.nodes.values()].flatMap((node) => (node.kind === 'ask' && node.sensitive ? [node.as] : []));
}
