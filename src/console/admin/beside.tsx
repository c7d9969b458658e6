import { useEffect, useState } from 'preact/hooks';
import { useApp, useFormats, useT } from '../app-context.ts';
import { pathOf } from '../model/api.ts';
import { labelled } from '../model/labelled.ts';
import type { Fields } from './schema.ts';
import { Copied } from './secret.tsx';
import type { Section } from './sections.ts';

/** What can be done with one thing beside changing it. */
export function Beside(props: { section: Section; item: Fields; tellSecret: (secret: string) => void }) {
  const { section, item, tellSecret } = props;
  if (section.part === 'channels') return <Channel item={item} />;
  if (section.part === 'agents') return <Agent item={item} tellSecret={tellSecret} />;
  if (section.part === 'optouts') return <OptOut item={item} />;
  if (section.part === 'webhooks') return <Webhook item={item} tellSecret={tellSecret} />;
  return null;
}

interface Verdict {
  verdict: string;
  code: string | null;
  message: string;
}

interface Mail {
  subject?: string;
  body?: string;
}

/** Whether its account is good, and what TeleSign's support has to be told. */
function Channel({ item }: { item: Fields }) {
  const t = useT();
  const { desk } = useApp();
  const [verdict, setVerdict] = useState<Verdict>();
  const [mail, setMail] = useState<Mail>();
  const id = String(item.id);
  useEffect(() => {
    setVerdict(undefined);
    void desk.attempt(async () =>
      setMail(await desk.ask<Mail>('GET', pathOf('channels', id, '/callback-mail'))),
    );
  }, [desk, id]);
  const validate = () =>
    void desk.attempt(async () =>
      setVerdict(await desk.ask<Verdict>('POST', pathOf('channels', id, '/validate'), {})),
    );
  return (
    <div class="stack beside">
      <p class="buttons">
        <button type="button" onClick={validate}>
          {t('channel.validate')}
        </button>
      </p>
      {verdict && (
        <p role="status">
          <strong class={verdict.verdict === 'good' ? '' : 'wrong'}>
            {labelled(t, 'verdict', verdict.verdict)}
          </strong>{' '}
          <span class="faint">
            {verdict.code !== null && `${verdict.code}: `}
            <span lang="en">{verdict.message}</span>
          </span>
        </p>
      )}
      <div>
        <p>{t('channel.callback')}</p>
        <Copied text={String(item.callbackUrl ?? '')} label={t('channel.callback')} />
      </div>
      {mail?.body !== undefined && (
        <details>
          <summary>{t('channel.mail')}</summary>
          <p>
            <strong>{mail.subject}</strong>
          </p>
          <pre class="mail">{mail.body}</pre>
        </details>
      )}
    </div>
  );
}

function Agent({ item, tellSecret }: { item: Fields; tellSecret: (secret: string) => void }) {
  const t = useT();
  const { desk } = useApp();
  const rotate = () =>
    void desk.attempt(async () => {
      const path = pathOf('agents', String(item.id), '/token');
      const { token } = await desk.ask<{ token: string }>('POST', path, {});
      tellSecret(token);
    });
  const revoke = () =>
    void desk.attempt(async () => {
      await desk.ask('DELETE', pathOf('agents', String(item.id), '/token'));
      desk.toast(t('admin.saved'));
    });
  return (
    <p class="buttons">
      <button type="button" onClick={rotate}>
        {t('agent.new_token')}
      </button>
      <button type="button" class="danger" onClick={revoke}>
        {t('agent.revoke')}
      </button>
    </p>
  );
}

interface Evidence {
  history: { at: string; state: string; source: string; words: string | null; agentId: string | null }[];
}

/** What the customer wrote, and who changed what since. */
function OptOut({ item }: { item: Fields }) {
  const t = useT();
  const { desk } = useApp();
  const { moment } = useFormats();
  const [evidence, setEvidence] = useState<Evidence>();
  useEffect(() => {
    void desk.attempt(async () =>
      setEvidence(await desk.ask<Evidence>('GET', pathOf('optouts', String(item.id)))),
    );
  }, [desk, item.id]);
  return (
    <div>
      <ol class="trace">
        {evidence?.history.map(({ at, state, source, words, agentId }) => (
          <li key={`${at} ${state}`}>
            <span class="faint">{moment(at)}</span> <strong>{state}</strong> · {source} {agentId}{' '}
            {words !== null && <q dir="auto">{words}</q>}
          </li>
        ))}
      </ol>
      <p>{t('optout.start')}</p>
    </div>
  );
}

function Webhook({ item, tellSecret }: { item: Fields; tellSecret: (secret: string) => void }) {
  const t = useT();
  const { desk } = useApp();
  const [answer, setAnswer] = useState<string>();
  const id = String(item.id);
  const post = (action: string, then: (made: Fields) => void) =>
    void desk.attempt(async () => then(await desk.ask<Fields>('POST', pathOf('webhooks', id, `/${action}`))));
  return (
    <p class="buttons">
      <button type="button" onClick={() => post('test', (made) => setAnswer(JSON.stringify(made)))}>
        {t('webhook.test')}
      </button>
      <button type="button" onClick={() => post('secret', (made) => tellSecret(String(made.secret)))}>
        {t('webhook.secret')}
      </button>
      {answer !== undefined && <code role="status">{answer}</code>}
    </p>
  );
}
