import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useApp, useSelect, useT } from './app-context.ts';
import { DeskPage } from './desk/desk-page.tsx';
import type { Place } from './model/place.ts';
import { KeysProvider } from './parts/keys.tsx';
import { Toasts } from './parts/toasts.tsx';
import { usePlace } from './parts/whereabouts.ts';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';

/** The whole console: who is not signed in signs in; who was, and is no longer, does so over what they were at. */
export function Root() {
  const t = useT();
  const me = useSelect((state) => state.me);
  const link = useSelect((state) => state.link);
  const place = usePlace();
  if (me === null) {
    return link === 'signed-out' ? <SignIn /> : <p class="splash">{t('app.loading')}</p>;
  }
  return (
    <KeysProvider>
      <Shell place={place}>
        <Page place={place} />
      </Shell>
      {link === 'signed-out' && <SignIn over />}
      <Toasts />
      <Said />
    </KeysProvider>
  );
}

function Page({ place }: { place: Place }) {
  if (place.page === 'board') return <Later load={loadBoard} props={{ part: place.part }} />;
  if (place.page === 'admin') return <Later load={loadAdmin} props={{ part: place.part, id: place.id }} />;
  return <DeskPage conversationId={place.conversationId} reply={place.reply} />;
}

const loadBoard = async () => (await import('./board/board-page.tsx')).BoardPage;
const loadAdmin = async () => (await import('./admin/admin-page.tsx')).AdminPage;

/** A page whose script is loaded when it is first opened. */
function Later<P extends object>({ load, props }: { load: () => Promise<ComponentType<P>>; props: P }) {
  const t = useT();
  const { desk } = useApp();
  const [loaded, setLoaded] = useState<{ of: unknown; Part: ComponentType<P> }>();
  useEffect(() => {
    void desk.attempt(async () => {
      const Part = await load();
      setLoaded({ of: load, Part });
    });
  }, [load, desk]);
  if (loaded?.of !== load) return <p class="splash">{t('app.loading')}</p>;
  const { Part } = loaded;
  return <Part {...props} />;
}

/** What a screen reader says of new messages, also those that are out of sight. */
function Said() {
  const said = useSelect((state) => state.said);
  return (
    <p class="unseen" role="log" aria-live="polite">
      {said}
    </p>
  );
}
