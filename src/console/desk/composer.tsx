import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useSelect, useT } from '../app-context.ts';
import type { Agent, Conversation } from '../model/types.ts';
import { Icon } from '../parts/icons.tsx';
import { useKeys } from '../parts/keys.tsx';
import { TranslateDraft, useDraftTranslation } from './draft-translation.tsx';
import { Meter } from './meter.tsx';
import { QuickReplies, slashed } from './quick-replies.tsx';

/** The longest text that the service takes at once. */
const LONGEST = 16_000;

/**
 * Where an answer or a note is written. `maySpeak` = they may write to the customer, undefined while that is not known: then
 * what is typed is an answer that cannot be sent yet, so that it stays in view once they may. Notes anybody may write.
 * `into` = the customer's language, null where answers are not translated.
 */
export function Composer(props: {
  one: Conversation;
  me: Agent;
  into: string | null;
  maySpeak: boolean | undefined;
  reply: boolean;
}) {
  const { one, me, into, maySpeak, reply: atOnce } = props;
  const speaks = maySpeak ?? false;
  const t = useT();
  const { desk, drafts } = useApp();
  const [reply, setReply] = useState(() => drafts.here(one.id, false));
  const [noted, setNoted] = useState(() => drafts.here(one.id, true));
  const [wantsNote, setWantsNote] = useState(false);
  const [cursor, setCursor] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const quickKeys = useRef<((event: KeyboardEvent) => boolean) | null>(null);
  const lost = useSelect((state) => state.link === 'lost');
  const note = wantsNote || maySpeak === false;
  const text = note ? noted : reply;
  const setText = note ? setNoted : setReply;
  const slash = note ? undefined : slashed(text);
  const translation = useDraftTranslation({
    conversationId: one.id,
    into,
    text: reply,
    put(translated) {
      setReply(translated);
      drafts.write(one.id, translated, false);
      field.current?.focus();
    },
  });
  const locked = !note && translation.busy;

  useEffect(() => {
    let gone = false;
    // What was typed right before a reload had not left this tab.
    const here = drafts.here(one.id, false);
    if (here !== '') drafts.write(one.id, here, false);
    void drafts.there(one.id).then((kept) => {
      // Of what is on its way the service may still have the draft, or the beginning of it.
      const isSent = desk.store.state.outgoing.get(one.id)?.some(({ text }) => text.startsWith(kept.trim()));
      if (!gone && kept !== '' && !isSent) setReply((now) => (now === '' ? kept : now));
    });
    return () => {
      gone = true;
    };
  }, [one.id, drafts, desk]);
  const spoke = useRef(maySpeak);
  useLayoutEffect(() => {
    // Who has just taken it, or came to answer, writes; who only looks through the list keeps its keys.
    if (maySpeak && (atOnce || spoke.current === false)) field.current?.focus();
    spoke.current = maySpeak;
  }, [maySpeak, atOnce]);
  useKeys([
    { key: 'r', label: 'keys.reply', run: () => write(false) },
    { key: 'm', label: 'keys.note', run: () => write(true) },
  ]);

  function write(asNote: boolean) {
    setWantsNote(asNote);
    field.current?.focus();
  }
  function change(now: string) {
    setText(now);
    drafts.write(one.id, now, note);
  }
  function send() {
    const whole = text.trim();
    if (whole === '' || slash !== undefined || locked || !(note || speaks)) return;
    setText('');
    drafts.sent(one.id, note);
    void desk.send(one.id, whole, note);
    field.current?.focus();
  }
  const pressed = (event: KeyboardEvent) => {
    // While a Chinese or Japanese word is being composed, Enter chooses it.
    if (event.isComposing) return;
    if (slash !== undefined && quickKeys.current?.(event)) {
      event.preventDefault();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };

  return (
    <form
      class={note ? 'composer note' : 'composer'}
      aria-label={t('composer.label')}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="above">
        <div class="modes" role="group" aria-label={t('composer.mode')}>
          <button type="button" aria-pressed={!note} disabled={!speaks} onClick={() => write(false)}>
            {t('composer.reply')}
          </button>
          <button type="button" aria-pressed={note} onClick={() => write(true)}>
            <Icon name="note" /> {t('composer.note')}
          </button>
          {!speaks && <span class="faint">{t(hintFor(one, me))}</span>}
        </div>
        {into !== null && speaks && !note && slash === undefined && (
          <TranslateDraft into={into} text={text} translation={translation} />
        )}
      </div>
      {slash !== undefined && (
        <QuickReplies
          one={one}
          words={slash}
          keys={quickKeys}
          cursor={cursor}
          setCursor={setCursor}
          onChosen={(chosen) => {
            change(chosen);
            field.current?.focus();
          }}
        />
      )}
      <div class="field">
        <textarea
          ref={field}
          rows={2}
          dir="auto"
          maxLength={LONGEST}
          readOnly={locked}
          value={text}
          aria-label={t(note ? 'composer.note_text' : 'composer.text')}
          placeholder={t(note ? 'composer.note_hint' : 'composer.hint')}
          aria-describedby="composer-meter"
          aria-controls={slash === undefined ? undefined : 'quick-replies'}
          aria-activedescendant={slash === undefined ? undefined : `quick-${cursor}`}
          onInput={(event) => {
            setCursor(0);
            change(event.currentTarget.value);
          }}
          onKeyDown={pressed}
        />
        <button type="submit" class="primary send" aria-label={t(note ? 'composer.keep' : 'composer.send')}>
          <Icon name={note ? 'note' : 'send'} />
        </button>
      </div>
      <p class="meter" id="composer-meter">
        {!note && one.optedOutAt !== null && <span class="wrong">{t('composer.opted_out')}</span>}
        {lost && <span class="wrong">{t('composer.lost')}</span>}
        {!note && slash === undefined && <Meter text={text} onReplace={change} />}
      </p>
    </form>
  );
}

/** Why somebody may write notes only. */
function hintFor({ state, handler, agentId }: Conversation, me: Agent): string {
  if (state === 'open') return 'composer.claim_first';
  if (handler === 'bot') return 'composer.bot_has';
  if (state === 'closed') return 'composer.closed';
  return agentId === me.id ? 'composer.resume_first' : 'composer.not_yours';
}
