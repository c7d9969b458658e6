import { useEffect, useState } from 'preact/hooks';
import { useApp, useT } from '../app-context.ts';
import type { Conversation } from '../model/types.ts';
import { Dialog } from '../parts/dialog.tsx';

interface LiveDialogs {
  dialogs: { id: string; steps: string[] }[];
}

/** Gives it back to the bot: where it was, or at a dialog and a step. */
export function ReturnToBot({ one, onClose }: { one: Conversation; onClose: () => void }) {
  const t = useT();
  const { desk } = useApp();
  const [dialogs, setDialogs] = useState<LiveDialogs['dialogs']>([]);
  const [dialog, setDialog] = useState('');
  const [step, setStep] = useState('');
  useEffect(() => {
    // Where a program is the bot there are none: then it goes on as it will.
    desk.ask<LiveDialogs>('GET', '/api/dialogs').then(
      (live) => setDialogs(live.dialogs),
      () => {},
    );
  }, [desk]);
  async function submit(event: Event) {
    event.preventDefault();
    const target = { ...(dialog === '' ? {} : { dialog }), ...(step === '' ? {} : { step }) };
    if (await desk.act(one.id, 'return', target)) onClose();
  }
  const steps = dialogs.find(({ id }) => id === dialog)?.steps ?? [];
  return (
    <Dialog title={t('return.title')} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <p>{t('return.told')}</p>
        <label>
          {t('return.dialog')}
          <select
            value={dialog}
            onChange={(event) => {
              setDialog(event.currentTarget.value);
              setStep('');
            }}
          >
            <option value="">{t('return.where_it_was')}</option>
            {dialogs.map(({ id }) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
        <label>
          {t('return.step')}
          <select
            value={step}
            disabled={steps.length === 0}
            onChange={(event) => setStep(event.currentTarget.value)}
          >
            <option value="">{t('return.first')}</option>
            {steps.map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
        <p class="buttons">
          <button type="submit" class="primary">
            {t('do.return')}
          </button>
          <button type="button" onClick={onClose}>
            {t('do.cancel')}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
