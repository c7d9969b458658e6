import { useEffect, useState } from 'preact/hooks';
import { useApp, useSelect } from '../app-context.ts';
import { pathOf } from '../model/api.ts';
import type { Agent, ConversationDetail, Message } from '../model/types.ts';
import { Actions } from './actions.tsx';
import { Composer } from './composer.tsx';
import { Summary } from './summary.tsx';
import { Thread } from './thread.tsx';
import { isTranslatable, useHeardLanguage } from './translated.tsx';
import { WrapUp } from './wrap-up.tsx';

/** Milliseconds: a burst of changes is one reading. */
const GATHER = 120;

/** One conversation: what can be done with it, its messages, the composer, what is known of the customer. */
export function ConversationView({ id, me, reply }: { id: string; me: Agent; reply: boolean }) {
  const { translations } = useApp();
  const one = useSelect((state) => state.conversations.get(id));
  const detail = useDetail(id, one?.version);
  const heard = useHeardLanguage(id);
  const [aside, setAside] = useState(false);
  const [opened] = useState(one?.state);
  if (one === undefined) return null;
  const isMine = one.agentId === me.id;
  // Whether I take part is not known before it is read.
  const speaks = isMine || (one.handler === 'agent' ? detail?.participants.includes(me.id) : false);
  const translates = detail?.translates ?? false;
  const foreign = one.locale !== null && translations.isForeign(one.locale) ? one.locale : null;
  const mayTranslate = (message: Message) => translates && isTranslatable(message, foreign !== null);
  return (
    <>
      <section class="conversation" aria-labelledby="conversation-title">
        <Actions one={one} detail={detail} me={me} aside={aside} toggleAside={() => setAside(!aside)} />
        <Thread one={one} detail={detail} me={me} mayTranslate={mayTranslate} />
        {isMine && one.state === 'wrap_up' ? (
          <WrapUp one={one} atOnce={opened !== 'wrap_up'} />
        ) : (
          <Composer
            reply={reply}
            one={one}
            me={me}
            into={translates ? (heard ?? foreign) : null}
            maySpeak={(one.state === 'active' || one.state === 'waiting') && speaks}
          />
        )}
      </section>
      <Summary one={one} detail={detail} shown={aside} onClose={() => setAside(false)} />
    </>
  );
}

/** What only the conversation itself tells, read again when it has changed. */
function useDetail(id: string, version: number | undefined): ConversationDetail | undefined {
  const { desk } = useApp();
  const [detail, setDetail] = useState<ConversationDetail>();
  useEffect(() => {
    const reading = new AbortController();
    const timer = setTimeout(
      () => {
        desk
          .ask<ConversationDetail>('GET', pathOf('conversations', id), undefined, { signal: reading.signal })
          .then(setDetail, () => {});
      },
      detail === undefined ? 0 : GATHER,
    );
    return () => {
      clearTimeout(timer);
      reading.abort();
    };
  }, [id, version, desk]);
  return detail;
}
