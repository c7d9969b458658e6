import { useClock, useFormats, useSelect, useT } from '../app-context.ts';
import { waitsSince } from '../model/lists.ts';
import { shownNumber } from '../model/phone-number.ts';
import { addressOf } from '../model/place.ts';
import type { Agent, Conversation } from '../model/types.ts';
import { SentimentTag } from '../parts/sentiment-tag.tsx';
import { goTo } from '../parts/whereabouts.ts';

/** A conversation in a list: who, for how long they wait, what it is about. */
export function Row({ one, me, shown }: { one: Conversation; me: Agent; shown: boolean }) {
  const t = useT();
  const { span, lately } = useFormats();
  const now = useClock(15_000);
  const last = useSelect((state) => state.transcripts.get(one.id)?.messages.findLast(isText)?.text);
  const queue = useSelect((state) =>
    one.queueId === null ? undefined : state.queues.get(one.queueId)?.name,
  );
  const owner = useSelect((state) =>
    one.agentId === null || one.agentId === me.id ? undefined : state.colleagues.get(one.agentId)?.name,
  );
  const isUnsent = useSelect(
    (state) => state.outgoing.get(one.id)?.some(({ refused }) => refused !== undefined) ?? false,
  );
  const since = waitsSince(one);
  const about = last ?? one.handoff?.summary ?? t(`row.${one.handler ?? 'nobody'}`);
  return (
    <a
      class="row"
      href={addressOf(one.id)}
      aria-current={shown ? 'true' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        // With the mouse, one opens it to answer. A key makes a click of no button.
        goTo(addressOf(one.id, event.detail !== 0));
      }}
    >
      <span class="top">
        <strong>{shownNumber(one.customer)}</strong>
        {since === undefined ? (
          <time class="faint">{lately(one.lastMessageAt, now)}</time>
        ) : (
          <span class={now - since > 5 * 60_000 ? 'wait long' : 'wait'}>
            <span class="unseen">{t('row.waits')} </span>
            {span(now - since)}
          </span>
        )}
      </span>
      <span class="line" dir="auto">
        {about}
      </span>
      <span class="tags">
        {isUnsent && <span class="tag urgent">{t('row.unsent')}</span>}
        {one.state !== 'active' && <span class={`tag ${one.state}`}>{t(`state.${one.state}`)}</span>}
        {one.handler === 'bot' && <span class="tag">{t('row.bot')}</span>}
        {queue !== undefined && <span class="tag">{queue}</span>}
        {owner !== undefined && <span class="tag">{owner}</span>}
        {one.locale !== null && <span class="tag">{one.locale}</span>}
        <SentimentTag sentiment={one.sentiment} />
        {one.priority > 0 && <span class="tag urgent">{t('row.priority', { priority: one.priority })}</span>}
      </span>
    </a>
  );
}

const isText = ({ direction }: { direction: string }) => direction !== 'note';
