import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp, useClock, useFormats, useSelect, useT } from '../app-context.ts';
import { besideOf, lineOf, mineOf, servedQueues, withBot } from '../model/lists.ts';
import { addressOf } from '../model/place.ts';
import type { Agent, Conversation } from '../model/types.ts';
import { useKeys } from '../parts/keys.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';
import { goTo } from '../parts/whereabouts.ts';
import { Row } from './row.tsx';
import { Search } from './search.tsx';

const TABS = ['mine', 'waiting', 'bot', 'search'] as const;
type Tab = (typeof TABS)[number];

/** Pixels; the height that `.row` has. */
const ROW = 76;
const HEADING = 30;

/** What there is to do: mine and what I am beside, what waits, what the bot has, and what one looks for. */
export function Inbox({ me, shownId }: { me: Agent; shownId: string | undefined }) {
  const t = useT();
  const { desk } = useApp();
  const taking = useRef(false);
  const [tab, setTab] = useState<Tab>('mine');
  const [queue, setQueue] = useState<string>();
  const [found, setFound] = useState<readonly string[]>([]);
  const loaded = useSelect((state) => state.loaded);
  const mine = useSelect((state) => mineOf(state, me));
  const beside = useSelect((state) => besideOf(state, me));
  const served = useSelect((state) => servedQueues(state, me));
  const line = useSelect((state) => lineOf(state, new Set(queue === undefined ? served : [queue])));
  const bot = useSelect((state) => (tab === 'bot' ? withBot(state) : NONE));
  const results = useSelect((state) => found.flatMap((id) => state.conversations.get(id) ?? []));
  const items = { mine: [...mine, ...beside], waiting: line, bot, search: results }[tab];

  useEffect(() => {
    if (tab === 'bot') void desk.attempt(desk.loadBot);
  }, [tab, desk]);

  const move = (by: number) => {
    const at = items.findIndex(({ id }) => id === shownId);
    const next = items[at === -1 ? 0 : Math.min(Math.max(at + by, 0), items.length - 1)];
    if (next) goTo(addressOf(next.id));
  };
  async function takeNext() {
    const queues = queue === undefined ? served : [queue];
    const longest = lineOf(desk.store.state, new Set(queues))[0]?.queueId ?? queues[0];
    if (longest === undefined || longest === null) return;
    // A second press before the answer is there must not take two.
    if (taking.current) return;
    taking.current = true;
    const path = `/api/queues/${encodeURIComponent(longest)}/claim`;
    const taken = await desk.attempt(() => desk.ask<Conversation | null>('POST', path));
    taking.current = false;
    if (taken) {
      setTab('mine');
      goTo(addressOf(taken.id, true));
    }
    if (taken === null) desk.toast(t('inbox.nobody'));
  }
  useKeys([
    { key: 'j', label: 'keys.down', run: () => move(1) },
    { key: 'k', label: 'keys.up', run: () => move(-1) },
    { key: 'n', label: 'keys.next', run: () => void takeNext() },
    ...TABS.map((one, n) => ({ key: `${n + 1}`, label: `keys.tab_${one}`, run: () => setTab(one) })),
  ]);

  const waiting = useSelect((state) =>
    served.reduce((sum, id) => sum + (state.queues.get(id)?.waiting ?? 0), 0),
  );
  const count = { mine: mine.length + beside.length, waiting, bot: 0, search: 0 };
  return (
    <>
      {me.presence === 'offline' && <Offline />}
      <div class="tabs" role="tablist" aria-label={t('inbox.label')}>
        {TABS.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`tab-${one}`}
            aria-selected={tab === one}
            aria-controls="inbox-list"
            onClick={() => setTab(one)}
          >
            {t(`inbox.${one}`)}
            {count[one] > 0 && <span class="count">{count[one]}</span>}
          </button>
        ))}
      </div>
      <div class="tabbed" role="tabpanel" id="inbox-list" aria-labelledby={`tab-${tab}`}>
        {tab === 'waiting' && <Queues ids={served} chosen={queue} choose={setQueue} />}
        {tab === 'search' && <Search me={me} onFound={setFound} />}
        {(tab === 'waiting' || (tab === 'mine' && waiting > 0)) && (
          <button type="button" class="take primary" disabled={waiting === 0} onClick={() => void takeNext()}>
            {t('inbox.take', { count: waiting })}
          </button>
        )}
        {items.length === 0 && tab !== 'search' && (
          <p class="empty">{t(loaded ? `inbox.none_${tab}` : 'app.loading')}</p>
        )}
        <VirtualList
          items={items}
          rowHeight={ROW}
          keyOf={(one) => one.id}
          row={(one) => <Row one={one} me={me} shown={one.id === shownId} />}
          label={t(`inbox.${tab}`)}
          {...(tab === 'mine' && {
            heading: { before: mine.length, height: HEADING, text: t('inbox.beside') },
          })}
        />
      </div>
    </>
  );
}

const NONE: Conversation[] = [];

/** Who is offline gets nothing: that is easily forgotten. */
function Offline() {
  const t = useT();
  const { desk } = useApp();
  return (
    <p class="notice">
      {t('inbox.offline')}{' '}
      <button type="button" class="small" onClick={() => void desk.setPresence({ presence: 'available' })}>
        {t('inbox.come')}
      </button>
    </p>
  );
}

/** The queues that I serve; choosing one shows only who waits there. */
function Queues(props: {
  ids: string[];
  chosen: string | undefined;
  choose: (id: string | undefined) => void;
}) {
  const t = useT();
  const { span } = useFormats();
  const queues = useSelect((state) => props.ids.flatMap((id) => state.queues.get(id) ?? []));
  const now = useClock(15_000);
  return (
    <ul class="queues" aria-label={t('inbox.queues')}>
      {queues.map(({ id, name, waiting, oldest, agentsAvailable }) => (
        <li key={id}>
          <button
            type="button"
            aria-pressed={props.chosen === id}
            onClick={() => props.choose(props.chosen === id ? undefined : id)}
            title={t('inbox.available', { count: agentsAvailable })}
          >
            <span dir="auto">{name}</span>
            <span class="count">{waiting}</span>
            {oldest !== null && <span class="faint">{span(now - Date.parse(oldest))}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
