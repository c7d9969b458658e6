import { useEffect, useState } from 'preact/hooks';
import { useApp, useClock, useFormats, useSelect, useT } from '../app-context.ts';
import { pathOf, Refusal } from '../model/api.ts';
import { labelled } from '../model/labelled.ts';
import { addressOf } from '../model/place.ts';
import type { Contact, Conversation, ConversationDetail } from '../model/types.ts';
import { Icon } from '../parts/icons.tsx';
import { SentimentTag } from '../parts/sentiment-tag.tsx';

/** What is known: why it was handed over, what the bot collected, who the customer is, what was before. */
export function Summary(props: {
  one: Conversation;
  detail: ConversationDetail | undefined;
  shown: boolean;
  onClose: () => void;
}) {
  const { one, detail, shown, onClose } = props;
  const t = useT();
  const { span, moment } = useFormats();
  const now = useClock(15_000);
  const queue = useSelect((state) => (one.queueId === null ? null : state.queues.get(one.queueId)?.name));
  const beside = useSelect(({ colleagues }) =>
    [...new Set([...(detail?.participants ?? []), ...(detail?.consulted ?? [])])]
      .map((id) => colleagues.get(id)?.name ?? id)
      .join(', '),
  );
  const contact = useContact(one.customer, one.session);
  const language = one.locale ?? contact?.locale;
  return (
    <aside class={shown ? 'summary shown' : 'summary'} aria-label={t('summary.label')}>
      <button type="button" class="icon close-aside" aria-label={t('do.close_dialog')} onClick={onClose}>
        <Icon name="cross" />
      </button>
      {one.handoff !== null && (
        <section>
          <h2>{t('summary.reason')}</h2>
          <p class="reason">{labelled(t, 'handoff', one.handoff.reason)}</p>
          <p dir="auto">{one.handoff.summary}</p>
        </section>
      )}
      <Answers context={one.handoff?.context ?? {}} />
      <section>
        <h2>{t('summary.customer')}</h2>
        <dl class="facts">
          <Fact name={t('summary.number')}>{contact?.national ?? `+${one.customer}`}</Fact>
          {contact?.country && <Fact name={t('summary.country')}>{regionName(contact.country)}</Fact>}
          {language && <Fact name={t('summary.language')}>{languageName(language)}</Fact>}
          {one.sentiment !== 'neutral' && (
            <Fact name={t('summary.sentiment')}>
              <SentimentTag sentiment={one.sentiment} />
            </Fact>
          )}
          <Fact name={t('summary.support')}>+{one.number}</Fact>
          {queue && <Fact name={t('summary.queue')}>{queue}</Fact>}
          {one.skills.length > 0 && <Fact name={t('summary.skills')}>{one.skills.join(', ')}</Fact>}
          {detail?.position != null && <Fact name={t('summary.position')}>{detail.position}</Fact>}
          {detail?.estimatedWaitSeconds != null && (
            <Fact name={t('summary.wait')}>{span(detail.estimatedWaitSeconds * 1000)}</Fact>
          )}
          {beside !== '' && <Fact name={t('summary.with')}>{beside}</Fact>}
        </dl>
        {one.optedOutAt !== null && (
          <p class="opted-out">{t('summary.opted_out', { since: moment(one.optedOutAt) })}</p>
        )}
      </section>
      {detail !== undefined && detail.timers.length > 0 && (
        <section>
          <h2>{t('summary.timers')}</h2>
          <dl class="facts">
            {detail.timers.map(({ kind, at }) => (
              <Fact key={kind} name={t(`timer.${kind}`)}>
                {span(Date.parse(at) - now)}
              </Fact>
            ))}
          </dl>
        </section>
      )}
      <Earlier contact={contact} id={one.id} />
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

/** What the bot collected, each by its path. */
function Answers({ context }: { context: Record<string, unknown> }) {
  const t = useT();
  const facts = flattened(context);
  if (facts.length === 0) return null;
  return (
    <section>
      <h2>{t('summary.answers')}</h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function flattened(value: Record<string, unknown>, before = ''): [string, string][] {
  return Object.entries(value).flatMap(([name, member]): [string, string][] => {
    const path = `${before}${name}`;
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) {
      return flattened({ ...member }, `${path}.`);
    }
    return [[path, Array.isArray(member) ? member.join(', ') : String(member)]];
  });
}

function Earlier({ contact, id }: { contact: Contact | undefined; id: string }) {
  const t = useT();
  const { moment } = useFormats();
  if (contact === undefined) return null;
  const others = contact.conversations.filter((one) => one.id !== id);
  return (
    <section>
      <h2>{t('summary.earlier')}</h2>
      {contact.sessions.length === 0 && others.length === 0 && <p class="faint">{t('summary.first_time')}</p>}
      <ul class="plain-list">
        {others.map((one) => (
          <li key={one.id}>
            <a href={addressOf(one.id)}>{t('summary.other', { number: `+${one.number}` })}</a>{' '}
            <span class={`tag ${one.state}`}>{t(`state.${one.state}`)}</span>
          </li>
        ))}
        {contact.sessions.map(({ conversationId, session, endedAt, outcome, disposition, reason, score }) => (
          <li key={`${conversationId} ${session}`}>
            <span class="faint">{moment(endedAt)}</span> {labelled(t, 'outcome', outcome)}
            {disposition !== null && ` · ${disposition}`}
            {reason !== null && <span class="faint"> · {labelled(t, 'handoff', reason)}</span>}
            {score !== null && ` · ${t('summary.score', { score })}`}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Read again when a session has begun. */
function useContact(customer: string, session: number): Contact | undefined {
  const { desk } = useApp();
  const [contact, setContact] = useState<Contact>();
  useEffect(() => {
    desk.ask<Contact>('GET', pathOf('contacts', `+${customer}`)).then(setContact, (error: unknown) => {
      if (!(error instanceof Refusal)) setContact(undefined);
    });
  }, [customer, session, desk]);
  return contact;
}

function languageName(language: string): string {
  const { lang } = document.documentElement;
  return new Intl.DisplayNames([lang], { type: 'language' }).of(language) ?? language;
}

function regionName(country: string): string {
  const { lang } = document.documentElement;
  return new Intl.DisplayNames([lang], { type: 'region' }).of(country) ?? country;
}
