import { useState } from 'preact/hooks';
import { useT } from '../app-context.ts';
import { Dialog } from '../parts/dialog.tsx';

/** A token or a secret, which the service shows this once. */
export function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const t = useT();
  return (
    <Dialog title={t('admin.secret')} onClose={onClose}>
      <div class="stack">
        <p>{t('admin.once')}</p>
        <Copied text={secret} label={t('admin.secret')} />
      </div>
    </Dialog>
  );
}

/** A text to take along. */
export function Copied({ text, label }: { text: string; label: string }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  return (
    <p class="copied">
      <input readOnly aria-label={label} value={text} onFocus={(event) => event.currentTarget.select()} />
      <button
        type="button"
        onClick={() =>
          void navigator.clipboard.writeText(text).then(
            () => setCopied(true),
            () => {},
          )
        }
      >
        {t(copied ? 'admin.copied' : 'admin.copy')}
      </button>
    </p>
  );
}
