import { useState } from 'preact/hooks';
import { useApp, useSelect, useT } from '../app-context.ts';
import { shownNumber } from '../model/phone-number.ts';
import type { Agent, Conversation, ConversationDetail } from '../model/types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icons.tsx';
import { type Binding, useKeys } from '../parts/keys.tsx';
import { Menu } from '../parts/menu.tsx';
import { goTo } from '../parts/whereabouts.ts';
import { Macros } from './macros.tsx';
import { ReturnToBot } from './return-to-bot.tsx';
import { Trace } from './trace.tsx';
import { Transfer } from './transfer.tsx';
import { WrapUp } from './wrap-up.tsx';

type Opened = 'transfer' | 'consult' | 'return' | 'close' | 'trace' | 'macros';

interface Action extends Binding {
  name: string;
  /** Shown as a button, not in the menu. */
  first?: boolean;
}

/** What the reader may do with the conversation now, each by a button and a key. */
export function Actions(props: {
  one: Conversation;
  detail: ConversationDetail | undefined;
  me: Agent;
  aside: boolean;
  toggleAside: () => void;
}) {
  const { one, detail, me, aside, toggleAside } = props;
  const t = useT();
  const { desk } = useApp();
  const [opened, setOpened] = useState<Opened>();
  const offeredTo = useSelect((state) =>
    one.offer === null ? undefined : (state.colleagues.get(one.offer.agentId)?.name ?? one.offer.agentId),
  );
  const owner = useSelect((state) =>
    one.agentId === null ? undefined : (state.colleagues.get(one.agentId)?.name ?? one.agentId),
  );

  const act = (name: string) => () => void desk.act(one.id, name);
  const open = (dialog: Opened) => () => setOpened(dialog);
  const actions = actionsFor({ one, detail, me, act, open });
  useKeys([
    ...actions,
    { key: 'i', label: 'keys.summary', run: toggleAside },
    {
      key: 'Escape',
      label: 'keys.back',
      run: () => goTo('#/'),
    },
  ]);
  const later = actions.filter(({ first }) => !first);
  const put = () => setOpened(undefined);
  const standing = () => {
    if (one.state === 'closed') return null;
    if (one.handler === 'bot') return t('head.bot');
    if (one.agentId === me.id) return t('head.mine');
    if (owner !== undefined) return t('head.owner', { agent: owner });
    return offeredTo !== undefined && t('head.offered', { agent: offeredTo });
  };
  return (
    <header class="head">
      <a class="icon back" href="#/" aria-label={t('do.back')}>
        <Icon name="back" />
      </a>
      <div class="title">
        <h1 id="conversation-title">{shownNumber(one.customer)}</h1>
        <p class="faint">
          <span class={`tag ${one.state}`}>{t(`state.${one.state}`)}</span> {standing()}
        </p>
      </div>
      <div class="actions" role="toolbar" aria-label={t('head.actions')}>
        {actions
          .filter(({ first }) => first)
          .map((action) => (
            <button
              key={action.name}
              type="button"
              class={action.name === 'accept' || action.name === 'claim' ? 'primary' : ''}
              aria-keyshortcuts={action.key}
              title={`${t(action.label)} (${action.key})`}
              onClick={action.run}
            >
              {t(`do.${action.name}`)}
            </button>
          ))}
        {later.length > 0 && (
          <Menu label={t('do.others')} button={<Icon name="more" />} list>
            {later.map(({ name, key, run }) => (
              <button key={name} type="button" aria-keyshortcuts={key} onClick={run}>
                {t(`do.${name}`)} <kbd>{key}</kbd>
              </button>
            ))}
          </Menu>
        )}
        <button
          type="button"
          class="icon aside-toggle"
          aria-pressed={aside}
          aria-label={t('do.summary')}
          onClick={toggleAside}
        >
          <Icon name="info" />
        </button>
      </div>
      {opened === 'transfer' && <Transfer one={one} me={me} onClose={put} />}
      {opened === 'consult' && <Transfer one={one} me={me} asks onClose={put} />}
      {opened === 'return' && <ReturnToBot one={one} onClose={put} />}
      {opened === 'trace' && <Trace one={one} onClose={put} />}
      {opened === 'macros' && <Macros one={one} onClose={put} />}
      {opened === 'close' && (
        <Dialog title={t('do.close')} onClose={put}>
          <WrapUp one={one} onClosed={put} />
        </Dialog>
      )}
    </header>
  );
}

function actionsFor(given: {
  one: Conversation;
  detail: ConversationDetail | undefined;
  me: Agent;
  act: (name: string) => () => void;
  open: (dialog: Opened) => () => void;
}): Action[] {
  const { one, detail, me, act, open } = given;
  const mine = one.agentId === me.id && one.state !== 'closed';
  const leads = me.role !== 'agent';
  const acts = (mine || leads) && one.state !== 'closed';
  const others = one.handler === 'agent' && !mine;
  const joined = detail?.participants.includes(me.id) || detail?.consulted.includes(me.id);
  const offered = one.offer?.agentId === me.id;
  const on = (when: boolean | undefined, action: Action) => (when ? [action] : []);
  return [
    ...on(offered, { name: 'accept', key: 'y', label: 'keys.accept', run: act('accept'), first: true }),
    ...on(one.offer === null && (one.state === 'open' || one.handler === 'bot'), {
      name: 'claim',
      key: 'c',
      label: 'keys.claim',
      run: act('claim'),
      first: true,
    }),
    ...on(mine && one.state !== 'wrap_up' && one.state !== 'open', {
      name: 'end',
      key: 'e',
      label: 'keys.end',
      run: act('end'),
      first: true,
    }),
    ...on(mine && one.state === 'active', {
      name: 'wait',
      key: 'p',
      label: 'keys.park',
      run: act('wait'),
      first: true,
    }),
    ...on(mine && (one.state === 'waiting' || one.state === 'wrap_up'), {
      name: 'resume',
      key: 'p',
      label: 'keys.resume',
      run: act('resume'),
      first: true,
    }),
    ...on(acts && one.state !== 'wrap_up', {
      name: others || one.state === 'open' || one.handler === 'bot' ? 'assign' : 'transfer',
      key: 't',
      label: 'keys.transfer',
      run: open('transfer'),
      first: true,
    }),
    ...on(others && leads && !joined, { name: 'join', key: 'J', label: 'keys.join', run: act('join') }),
    ...on(others && joined, { name: 'leave', key: 'L', label: 'keys.leave_it', run: act('leave') }),
    ...on(acts && one.handler === 'agent', {
      name: 'consult',
      key: 'a',
      label: 'keys.consult',
      run: open('consult'),
    }),
    ...on(mine && one.handler === 'agent', {
      name: 'macros',
      key: 'o',
      label: 'keys.macros',
      run: open('macros'),
    }),
    ...on(acts && one.handler !== 'bot', {
      name: 'return',
      key: 'b',
      label: 'keys.return',
      run: open('return'),
    }),
    ...on(acts, { name: 'close', key: 'x', label: 'keys.close', run: open('close') }),
    { name: 'trace', key: 'w', label: 'keys.trace', run: open('trace') },
  ];
}
