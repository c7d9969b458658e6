import { useApp, useFormats, useSelect, useT } from './app-context.ts';
import { customerOf } from './model/phone-number.ts';
import { addressOf } from './model/place.ts';
import type { MentionList } from './model/types.ts';
import { Icon } from './parts/icons.tsx';
import { Menu } from './parts/menu.tsx';

/** How many notes name me that I have not seen, and a list of them that leads to their conversations. */
export function Mentions() {
  const t = useT();
  const { desk } = useApp();
  const { items, cursor, unseen } = useSelect((state) => state.mentions);
  const count = unseen > 99 ? '99+' : `${unseen}`;
  return (
    <Menu
      label={t('mentions.label', { count })}
      button={
        <>
          <Icon name="at" />
          {unseen > 0 && <span class="count">{count}</span>}
        </>
      }
      opensBy={{ key: 'M', label: 'keys.mentions' }}
      // What was seen elsewhere, and what may be read by now, no event tells.
      onOpen={() => void desk.attempt(desk.loadMentions)}
      // Not before: until then the list shows what is new in it.
      onClose={() => void desk.attempt(desk.seeMentions)}
    >
      <div class="mentions">
        {items.length === 0 && <p class="faint">{t('mentions.none')}</p>}
        <ul>
          {items.map((one) => (
            <li key={one.messageId}>
              <Mention one={one} />
            </li>
          ))}
        </ul>
        {cursor !== null && (
          <button type="button" onClick={() => void desk.attempt(desk.loadOlderMentions)}>
            {t('do.more')}
          </button>
        )}
      </div>
    </Menu>
  );
}

function Mention({ one }: { one: MentionList['items'][number] }) {
  const t = useT();
  const { lately } = useFormats();
  const { conversationId, by, at, text, seen } = one;
  const author = useSelect((state) => state.colleagues.get(by ?? '')?.name ?? by);
  return (
    // What may not be read leads nowhere.
    <a href={text === null ? undefined : addressOf(conversationId)}>
      <span class="top">
        <strong dir="auto">{author}</strong>
        {!seen && <span class="tag active">{t('mentions.new')}</span>}
        <time class="faint">{lately(at, Date.now())}</time>
      </span>
      <span class="what" dir="auto">
        {text ?? t('mentions.closed')}
      </span>
      <span class="faint">{customerOf(conversationId)}</span>
    </a>
  );
}
