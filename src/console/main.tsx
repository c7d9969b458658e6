import { render } from 'preact';
import { Root } from './app.tsx';
import { AppContext } from './app-context.ts';
import { createAlerts } from './model/alerts.ts';
import { createDesk } from './model/desk.ts';
import { createDrafts } from './model/drafts.ts';
import { loadTexts } from './model/language.ts';
import { addressOf, placeOf } from './model/place.ts';
import { keep, stored } from './model/storage.ts';
import { applyTheme } from './model/theme.ts';
import { createFormats } from './model/times.ts';
import { createTranslations } from './model/translations.ts';
import { goTo } from './parts/whereabouts.ts';
import './styles/tokens.css';
import './styles/elements.css';
import './styles/parts.css';
import './styles/shell.css';
import './styles/desk.css';
import './styles/thread.css';
import './styles/board.css';
import './styles/admin.css';

applyTheme();

/** The only place that touches the browser's clock, randomness, network and storage on behalf of the rest. */
async function begin(): Promise<void> {
  const texts = await loadTexts();
  document.documentElement.lang = texts.language;
  const timers = {
    setTimer: (run: () => void, milliseconds: number) => window.setTimeout(run, milliseconds),
    clearTimer: (timer: number) => window.clearTimeout(timer),
  };
  const alerts = createAlerts({
    show: (id) => goTo(addressOf(id)),
  });
  const desk = createDesk({
    ...timers,
    t: texts.t,
    alerts,
    fetch: (...request) => fetch(...request),
    randomId: () => crypto.getRandomValues(new Uint32Array(4)).join('-'),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    timeLimit: (milliseconds) => AbortSignal.timeout(milliseconds),
    memory: {
      recall: (name) => stored(name, sessionStorage),
      keep: (name, value) => keep(name, value, sessionStorage),
    },
    beginAnew: () => location.reload(),
    shownId() {
      const place = placeOf(location.hash);
      return place.page === 'desk' ? place.conversationId : undefined;
    },
  });
  const drafts = createDrafts({
    ...timers,
    ask: desk.ask,
    me: () => desk.store.state.me?.id,
    storage: sessionStorage,
  });
  // A machine that slept, or a network that is back, need not wait for the next try.
  window.addEventListener('online', desk.reconnect);
  const { language } = texts;
  const formats = createFormats(regional(language));
  const translations = createTranslations({ ask: desk.ask, language });
  const app = { desk, drafts, alerts, texts, formats, translations };
  const place = document.getElementById('console');
  if (place === null) return;
  render(
    <AppContext.Provider value={app}>
      <Root />
    </AppContext.Provider>,
    place,
  );
  await desk.start();
}

/** The reader's own way to write times, where their browser speaks the language that was chosen. */
function regional(language: string): string {
  const same = (tag: string) =>
    new Intl.Locale(tag).maximize().language === new Intl.Locale(language).maximize().language;
  return navigator.languages.find(same) ?? language;
}

void begin();
