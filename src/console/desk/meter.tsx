import { useMemo } from 'preact/hooks';
import { useT } from '../app-context.ts';
import { measure } from '../model/meter.ts';

/** What the text costs, and which characters make it dear, each with what could stand there instead. */
export function Meter({ text, onReplace }: { text: string; onReplace: (text: string) => void }) {
  const t = useT();
  const { parts, segments, encoding, dear } = useMemo(() => measure(text), [text]);
  if (parts === 0) return null;
  return (
    <>
      <span class="figures">
        {t('composer.characters', { count: text.length })} · {t('composer.segments', { count: segments })} ·{' '}
        {encoding}
        {parts > 1 && ` · ${t('composer.parts', { count: parts })}`}
      </span>
      {dear.length > 0 && (
        <span class="dear">
          {t('composer.dear')}{' '}
          {dear.map(({ character, replacement }) =>
            replacement === null ? (
              <bdi key={character} class="character" title={codeOf(character)}>
                {shown(character)}
              </bdi>
            ) : (
              <button
                key={character}
                type="button"
                class="character"
                aria-label={t('composer.replace', {
                  character: shown(character),
                  replacement: named(replacement),
                })}
                title={codeOf(character)}
                onClick={() => onReplace(text.replaceAll(character, replacement))}
              >
                <bdi>{shown(character)}</bdi> → {named(replacement)}
              </button>
            ),
          )}
        </span>
      )}
    </>
  );
}

const codeOf = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** What cannot be seen is shown by its code. */
const shown = (character: string) => (/[\p{Z}\p{C}]/u.test(character) ? codeOf(character) : character);
const named = (replacement: string) => (replacement.trim() === '' ? '␣' : replacement);
