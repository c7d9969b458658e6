import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useT } from './app-context.ts';
import { Refusal } from './model/api.ts';
import { Dialog } from './parts/dialog.tsx';
import { Mark } from './parts/icons.tsx';

/** Signing in with a token. `over` = the page below stays as it is, with whatever was being written. */
export function SignIn({ over = false }: { over?: boolean }) {
  const t = useT();
  if (over) {
    return (
      <Dialog title={t('signin.again')} onClose={() => {}} stays>
        <p>{t('signin.kept')}</p>
        <SignInForm />
      </Dialog>
    );
  }
  return (
    <main class="sign-in">
      <div class="card">
        <h1>
          <Mark /> switchboard
        </h1>
        <SignInForm />
      </div>
    </main>
  );
}

function SignInForm() {
  const t = useT();
  const { desk } = useApp();
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);

  async function signIn(event: Event) {
    event.preventDefault();
    if (token.trim() === '' || busy) return;
    setBusy(true);
    try {
      await desk.signIn(token.trim());
    } catch (error) {
      const unknown = error instanceof Refusal && error.code === 'unauthenticated';
      setWrong(unknown ? t('signin.wrong') : desk.explain(error));
      field.current?.select();
    }
    setBusy(false);
  }

  return (
    <form class="stack" onSubmit={signIn}>
      <label>
        {t('signin.token')}
        <input
          ref={field}
          type="password"
          autocomplete="current-password"
          required
          value={token}
          aria-invalid={wrong !== ''}
          aria-describedby="sign-in-help"
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <p id="sign-in-help" class="faint">
        {t('signin.help')}
      </p>
      {wrong !== '' && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <button type="submit" class="primary" disabled={busy}>
        {t('signin.do')}
      </button>
    </form>
  );
}
