import { useEffect, useState } from 'preact/hooks';
import { useApp, useSelect, useT } from '../app-context.ts';
import { ConversationView } from './conversation-view.tsx';
import { Inbox } from './inbox.tsx';
import { Offers } from './offers.tsx';

/** The agent's desk: whom to answer, the conversation, and what is known of its customer. */
export function DeskPage(props: { conversationId: string | undefined; reply: boolean }) {
  const { conversationId, reply } = props;
  const t = useT();
  const { desk } = useApp();
  const me = useSelect((state) => state.me);
  const [missing, setMissing] = useState<string>();
  const known = useSelect((state) => conversationId !== undefined && state.conversations.has(conversationId));

  useEffect(() => {
    if (conversationId === undefined) return;
    setMissing(undefined);
    void desk.attempt(async () => {
      await desk.open(conversationId);
      if (!desk.store.state.conversations.has(conversationId)) setMissing(conversationId);
    });
  }, [conversationId, desk]);

  if (me === null) return null;
  return (
    <div class={conversationId === undefined ? 'desk' : 'desk open'}>
      <section class="inbox" aria-label={t('inbox.label')}>
        <Offers me={me} />
        <Inbox me={me} shownId={conversationId} />
      </section>
      {conversationId !== undefined && known ? (
        <ConversationView key={conversationId} id={conversationId} me={me} reply={reply} />
      ) : (
        <div class="nothing">
          <p>{t(missing !== undefined && missing === conversationId ? 'desk.missing' : 'desk.choose')}</p>
          <p class="faint">{t('desk.hint')}</p>
        </div>
      )}
    </div>
  );
}
