import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useT } from '../app-context.ts';
import type { Agent } from '../model/types.ts';

const STATES = ['open', 'active', 'waiting', 'wrap_up', 'closed'] as const;

/** Looks for conversations: by number or by why they were handed over, and by state. */
export function Search({ me, onFound }: { me: Agent; onFound: (ids: string[]) => void }) {
  const t = useT();
  const { desk } = useApp();
  const [words, setWords] = useState('');
  const [state, setState] = useState<string>('');
  const [mine, setMine] = useState(false);
  const [more, setMore] = useState<string | null>(null);
  const [ids, setIds] = useState<string[]>();
  const field = useRef<HTMLInputElement>(null);
  const turn = useRef(0);
  useLayoutEffect(() => field.current?.focus(), []);

  const fields = {
    ...(words.trim() === ''
      ? {}
      : {
          q: words
            .trim()
            .replace(/^\+/, '')
            .replace(/(\d)[ ()-]+(?=\d)/g, '$1'),
        }),
    ...(state === '' ? {} : { state }),
    ...(mine ? { agent: me.id } : {}),
  };
  async function look(before: string[], cursor?: string) {
    turn.current += 1;
    const { current } = turn;
    const found = await desk.attempt(() => desk.search(fields, cursor));
    if (found === undefined || current !== turn.current) return;
    const all = [...new Set([...before, ...found.ids])];
    setIds(all);
    setMore(found.cursor);
    onFound(all);
  }
  useEffect(() => {
    const timer = setTimeout(() => void look([]), 250);
    return () => clearTimeout(timer);
  }, [words, state, mine]);

  return (
    <form class="search" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        ref={field}
        type="search"
        aria-label={t('search.words')}
        placeholder={t('search.words')}
        value={words}
        onInput={(event) => setWords(event.currentTarget.value)}
      />
      <select
        aria-label={t('search.state')}
        value={state}
        onChange={(event) => setState(event.currentTarget.value)}
      >
        <option value="">{t('search.any')}</option>
        {STATES.map((one) => (
          <option key={one} value={one}>
            {t(`state.${one}`)}
          </option>
        ))}
      </select>
      <label class="check">
        <input type="checkbox" checked={mine} onChange={(event) => setMine(event.currentTarget.checked)} />
        {t('search.mine')}
      </label>
      {ids?.length === 0 && more === null && <p class="empty">{t('inbox.none_search')}</p>}
      {more !== null && (
        <button type="button" onClick={() => void look(ids ?? [], more)}>
          {t('do.more')}
        </button>
      )}
    </form>
  );
}
