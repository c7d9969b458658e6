import { useLayoutEffect, useRef } from 'preact/hooks';
import { useApp, useClock, useFormats, useSelect, useT } from '../app-context.ts';
import { shownNumber } from '../model/phone-number.ts';
import { mayRepair, type ThreadItem, threadOf } from '../model/thread.ts';
import type { Agent, Conversation, ConversationDetail, Message } from '../model/types.ts';
import { Icon } from '../parts/icons.tsx';
import { useKeys } from '../parts/keys.tsx';
import { Bubble, isBroken, OutgoingBubble } from './bubble.tsx';

/** Pixels from an end at which one counts as being there. */
const NEAR = 120;
/** Milliseconds for which somebody counts as typing. */
const TYPING = 10_000;

/**
 * The messages, oldest above. Stays at the end for who is there; older ones come as one scrolls up to them. `mayTranslate`
 * says which may be translated.
 */
export function Thread(props: {
  one: Conversation;
  detail: ConversationDetail | undefined;
  me: Agent;
  mayTranslate: (message: Message) => boolean;
}) {
  const { one, detail, me, mayTranslate } = props;
  const t = useT();
  const { desk } = useApp();
  const transcript = useSelect((state) => state.transcripts.get(one.id));
  const outgoing = useSelect((state) => state.outgoing.get(one.id));
  const translated = useSelect(
    (state) => [...state.translations.values()].filter(({ shown }) => shown).length,
  );
  const box = useRef<HTMLDivElement>(null);
  const before = useRef({ first: '', height: 0, atEnd: true });
  const messages = transcript?.messages ?? [];
  const stretches = detail?.stretches ?? [];
  const items = threadOf(messages, stretches);
  const first = messages[0]?.id ?? '';

  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const { first: was, height, atEnd } = before.current;
    if (atEnd) current.scrollTop = current.scrollHeight;
    else if (was !== '' && was !== first) current.scrollTop += current.scrollHeight - height;
    before.current = { first, height: current.scrollHeight, atEnd };
  }, [messages, outgoing, first, items.length, translated]);

  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const sizes = new ResizeObserver(() => {
      if (before.current.atEnd) current.scrollTop = current.scrollHeight;
    });
    sizes.observe(current);
    return () => sizes.disconnect();
  }, []);

  const scrolled = () => {
    const { current } = box;
    if (current === null) return;
    before.current.height = current.scrollHeight;
    before.current.atEnd = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR;
    if (current.scrollTop < NEAR * 3) void desk.attempt(() => desk.loadOlder(one.id));
  };

  const repairable = (message: Message) => isBroken(message) && mayRepair(me, one, stretches, message);
  const broken = messages.some(repairable) || outgoing?.some(({ refused }) => refused !== undefined);
  const toBroken = () => {
    const last = [...(box.current?.querySelectorAll('.message > .buttons') ?? [])].at(-1);
    last?.querySelector('button')?.focus();
  };
  const translateLast = () => {
    const buttons = box.current?.querySelectorAll<HTMLButtonElement>('.customer .translate') ?? [];
    [...buttons].at(-1)?.click();
  };
  useKeys([
    ...(broken ? [{ key: 'f', label: 'keys.broken', run: toBroken }] : []),
    ...(messages.some((message) => message.direction === 'in' && mayTranslate(message))
      ? [{ key: 'l', label: 'keys.translate', run: translateLast }]
      : []),
  ]);

  return (
    <div
      class="thread"
      ref={box}
      onScroll={scrolled}
      tabIndex={0}
      role="region"
      aria-label={t('thread.label')}
    >
      {typeof transcript?.older === 'string' && (
        <button
          type="button"
          class="plain older"
          onClick={() => void desk.attempt(() => desk.loadOlder(one.id))}
        >
          {t(transcript.loading ? 'app.loading' : 'thread.older')}
        </button>
      )}
      {transcript?.older === undefined && <p class="empty">{t('app.loading')}</p>}
      <ol class="messages">
        {items.map((item) => (
          <Item
            key={item.key}
            item={item}
            me={me}
            customer={one.customer}
            mayTranslate={mayTranslate}
            repairable={repairable}
          />
        ))}
        {outgoing?.map((sent) => (
          <OutgoingBubble key={sent.key} sent={sent} conversationId={one.id} />
        ))}
      </ol>
      <Writing conversationId={one.id} me={me} />
    </div>
  );
}

function Item(props: {
  item: ThreadItem;
  me: Agent;
  customer: string;
  mayTranslate: (message: Message) => boolean;
  repairable: (message: Message) => boolean;
}) {
  const { item, me, customer, mayTranslate, repairable } = props;
  const t = useT();
  const { day, clock } = useFormats();
  const agent = useSelect((state) =>
    item.kind === 'event' && item.agentId !== null ? state.colleagues.get(item.agentId)?.name : undefined,
  );
  const queue = useSelect((state) =>
    item.kind === 'event' && item.queueId !== null ? state.queues.get(item.queueId)?.name : undefined,
  );
  switch (item.kind) {
    case 'day':
      return <li class="divider">{day(item.at)}</li>;
    case 'session':
      return (
        <li class="divider session">
          {t('thread.session', { session: item.session })} · {day(item.at)}
        </li>
      );
    case 'event':
      return (
        <li class="happened">
          {t(`reason.${item.reason}`, {
            agent: agent ?? item.agentId ?? '',
            queue: queue ?? item.queueId ?? '',
          })}
          <span class="faint"> · {clock(item.at)}</span>
        </li>
      );
    case 'message':
      return (
        <Bubble
          message={item.message}
          follows={item.follows}
          me={me}
          customer={shownNumber(customer)}
          translatable={mayTranslate(item.message)}
          repairable={repairable(item.message)}
        />
      );
  }
}

/** Colleagues who write in it now. */
function Writing({ conversationId, me }: { conversationId: string; me: Agent }) {
  const t = useT();
  const now = useClock(2_000);
  const names = useSelect((state) =>
    [...state.typing.values()]
      .filter((one) => one.conversationId === conversationId && one.agentId !== me.id)
      .filter(({ at }) => now - Date.parse(at) < TYPING)
      .map(({ agentId }) => state.colleagues.get(agentId)?.name ?? agentId),
  );
  return (
    <p class="writing" role="status">
      {names.length > 0 && (
        <>
          <Icon name="more" /> {t('thread.writes', { agent: names.join(', ') })}
        </>
      )}
    </p>
  );
}
