import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp, useSelect, useT } from './app-context.ts';
import { Mentions } from './mentions.tsx';
import { chooseLanguage } from './model/language.ts';
import type { Place } from './model/place.ts';
import { chooseTheme, chosenTheme, THEMES } from './model/theme.ts';
import type { Agent, Page } from './model/types.ts';
import { Icon, Mark } from './parts/icons.tsx';
import { useKeys } from './parts/keys.tsx';
import { Menu } from './parts/menu.tsx';
import { goTo } from './parts/whereabouts.ts';

/** What is around every page: where to go, whether one is there, whether the service is. */
export function Shell({ place, children }: { place: Place; children: ComponentChildren }) {
  const t = useT();
  const me = useSelect((state) => state.me);
  useKeys([
    { key: 'g', label: 'keys.desk', run: () => goTo('#/') },
    ...(me?.role === 'agent' ? [] : [{ key: 'B', label: 'keys.board', run: () => goTo('#/board') }]),
    ...(me?.role === 'admin' ? [{ key: 'A', label: 'keys.admin', run: () => goTo('#/admin') }] : []),
  ]);
  if (me === null) return null;
  const current = (page: Place['page']) => (place.page === page ? 'page' : undefined);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {t('app.skip')}
      </button>
      <header class="bar">
        <a class="brand" href="#/" aria-label="switchboard">
          <Mark />
        </a>
        <nav aria-label={t('nav.label')}>
          <a href="#/" aria-current={current('desk')}>
            {t('nav.desk')}
          </a>
          {me.role !== 'agent' && (
            <a href="#/board" aria-current={current('board')}>
              {t('nav.board')}
            </a>
          )}
          {me.role === 'admin' && (
            <a href="#/admin" aria-current={current('admin')}>
              {t('nav.admin')}
            </a>
          )}
        </nav>
        <LinkState />
        <Mentions />
        <PresenceChoice me={me} />
        <Preferences me={me} />
      </header>
      <main id="main" tabIndex={-1} class="page">
        {children}
      </main>
    </div>
  );
}

function LinkState() {
  const t = useT();
  const { desk } = useApp();
  const link = useSelect((state) => state.link);
  if (link === 'live') {
    return (
      <p class="link live" role="status">
        <span class="unseen">{t('link.live')}</span>
      </p>
    );
  }
  return (
    <p class={`link ${link}`} role="status">
      {t(link === 'lost' ? 'link.lost' : 'link.connecting')}
      {link === 'lost' && (
        <button type="button" class="plain" onClick={desk.reconnect}>
          {t('link.retry')}
        </button>
      )}
    </p>
  );
}

const PRESENCES = ['available', 'busy', 'do_not_disturb', 'away', 'offline'] as const;

interface OwnPresence {
  id: string;
  name: string;
  base: Agent['presence'];
}

function PresenceChoice({ me }: { me: Agent }) {
  const t = useT();
  const { desk } = useApp();
  const [own, setOwn] = useState<OwnPresence[]>([]);
  const field = useRef<HTMLSelectElement>(null);
  useKeys([{ key: 's', label: 'presence.label', run: () => field.current?.focus() }]);
  useEffect(() => {
    void desk.attempt(async () => setOwn((await desk.ask<Page<OwnPresence>>('GET', '/api/presences')).items));
  }, [desk]);
  const choose = (value: string) =>
    void desk.setPresence(own.some(({ id }) => id === value) ? { presenceId: value } : { presence: value });
  return (
    <label class="presence" data-presence={me.presence}>
      <span class="unseen">{t('presence.label')}</span>
      <select
        ref={field}
        value={me.presenceId ?? me.presence}
        aria-keyshortcuts="s"
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {PRESENCES.map((presence) => (
          <option key={presence} value={presence}>
            {t(`presence.${presence}`)}
          </option>
        ))}
        {own.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Preferences({ me }: { me: Agent }) {
  const t = useT();
  const { desk, texts, alerts } = useApp();
  const [sound, setSound] = useState(alerts.sound);
  const [notices, setNotices] = useState(alerts.notices);
  return (
    <Menu
      label={t('menu.label', { agent: me.name })}
      button={<span class="avatar">{initials(me.name)}</span>}
      opensBy={{ key: 'u', label: 'keys.menu' }}
    >
      <p class="who">
        <strong dir="auto">{me.name}</strong>
        <span class="faint">{t(`role.${me.role}`)}</span>
      </p>
      <label>
        {t('menu.language')}
        <select
          value={texts.language}
          onChange={(event) => {
            chooseLanguage(event.currentTarget.value);
            location.reload();
          }}
        >
          {texts.languages.map(({ language, name }) => (
            <option key={language} value={language} lang={language}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('menu.theme')}
        <select
          value={chosenTheme()}
          onChange={(event) => {
            const { value } = event.currentTarget;
            const theme = THEMES.find((one) => one === value);
            if (theme) chooseTheme(theme);
          }}
        >
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {t(`theme.${theme}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={sound}
          onChange={(event) => {
            alerts.setSound(event.currentTarget.checked);
            setSound(alerts.sound);
          }}
        />
        {t('menu.sound')}
      </label>
      {notices === 'default' && (
        <button
          type="button"
          onClick={() => void alerts.allowNotices().then(() => setNotices(alerts.notices))}
        >
          <Icon name="bell" /> {t('menu.notices')}
        </button>
      )}
      <p class="faint">{t('menu.keys')}</p>
      <button type="button" onClick={() => void desk.signOut()}>
        {t('menu.signout')}
      </button>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
