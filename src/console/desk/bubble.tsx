import { useApp, useFormats, useSelect, useT } from '../app-context.ts';
import { pathOf } from '../model/api.ts';
import { whyNot } from '../model/failure.ts';
import type { Outgoing } from '../model/state.ts';
import type { T } from '../model/texts.ts';
import type { Agent, Message } from '../model/types.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { TranslateButton, TranslatedText } from './translated.tsx';

const SIGNS: Readonly<Partial<Record<Message['status'], IconName>>> = {
  queued: 'clock',
  sending: 'clock',
  sent: 'check',
  delivered: 'checks',
  failed: 'warn',
  unknown: 'warn',
  held: 'warn',
  dropped: 'cross',
};

/** One message: who wrote it, what became of it, and what can be done about that. */
export function Bubble(props: {
  message: Message;
  follows: boolean;
  me: Agent;
  customer: string;
  translatable: boolean;
  repairable: boolean;
}) {
  const { message, follows, me, customer, translatable, repairable } = props;
  const t = useT();
  const { clock } = useFormats();
  const { author, direction, status, text } = message;
  const name = useSelect((state) =>
    author.id === undefined ? undefined : (state.colleagues.get(author.id)?.name ?? author.id),
  );
  const kind = direction === 'note' ? 'note' : author.kind;
  const who = {
    customer,
    bot: t('author.bot'),
    system: t('author.system'),
    agent: author.id === me.id ? t('author.me') : name,
    note: t('author.note', { agent: author.id === me.id ? t('author.me') : (name ?? '') }),
  }[kind];
  const sign = SIGNS[status];
  return (
    <li class={`message ${kind}${follows ? ' follows' : ''} ${direction === 'out' ? 'ours' : ''}`}>
      {follows ? <span class="unseen">{who}: </span> : <p class="who">{who}</p>}
      <div class="bubble" dir="auto">
        {text}
      </div>
      {translatable && <TranslatedText message={message} />}
      <p class="meta">
        <time dateTime={message.at}>{clock(message.at)}</time>
        {direction === 'out' && (
          <span class={`status ${status}`} title={message.error?.message}>
            {sign && <Icon name={sign} />} {statusOf(t, message)}
            {message.resent && ` · ${t('status.resent')}`}
          </span>
        )}
        {direction === 'out' && message.segments > 1 && (
          <span>{t('composer.segments', { count: message.segments })}</span>
        )}
        {translatable && <TranslateButton message={message} />}
      </p>
      {repairable && <Repair message={message} />}
    </li>
  );
}

function statusOf(t: T, { status, error }: Message): string {
  const said = t(`status.${status}`);
  if (error === undefined) return said;
  return t('thread.status_why', { status: said, why: whyNot(t, error, status), code: error.code });
}

/** Whether somebody has to do something about it. */
export function isBroken({ status, resent }: Message): boolean {
  return status === 'unknown' || (status === 'failed' && !resent);
}

/** A failed message may be sent again; of an unknown one somebody has to say what became of it. */
function Repair({ message }: { message: Message }) {
  const t = useT();
  const { desk } = useApp();
  const post = (action: string, body?: object) =>
    void desk.attempt(async () => {
      await desk.ask('POST', pathOf('messages', message.id, `/${action}`), body);
    });
  if (message.status === 'failed') {
    return (
      <p class="buttons">
        <button type="button" class="small" onClick={() => post('resend')}>
          {t('do.resend')}
        </button>
      </p>
    );
  }
  return (
    <p class="buttons">
      <span class="faint">{t('settle.ask')}</span>
      <button type="button" class="small" onClick={() => post('settle', { status: 'sent' })}>
        {t('settle.sent')}
      </button>
      <button type="button" class="small" onClick={() => post('settle', { status: 'failed' })}>
        {t('settle.failed')}
      </button>
    </p>
  );
}

/** A text of mine that the service has not answered yet. */
export function OutgoingBubble({ sent, conversationId }: { sent: Outgoing; conversationId: string }) {
  const t = useT();
  const { desk } = useApp();
  return (
    <li class={`message ours pending ${sent.note ? 'note' : 'agent'}`}>
      <p class="who">{t('author.me')}</p>
      <div class="bubble" dir="auto">
        {sent.text}
      </div>
      {sent.refused === undefined ? (
        <p class="meta">
          <Icon name="clock" /> {t('status.leaving')}
        </p>
      ) : (
        <>
          <p class="meta wrong" role="alert">
            <Icon name="warn" /> {sent.refused}
          </p>
          <p class="buttons">
            <button type="button" class="small" onClick={() => void desk.sendAgain(conversationId, sent.key)}>
              {t('do.retry')}
            </button>
            <button type="button" class="small" onClick={() => desk.discard(conversationId, sent.key)}>
              {t('do.discard')}
            </button>
          </p>
        </>
      )}
    </li>
  );
}
