import { useEffect, useState } from 'preact/hooks';
import { useApp, useT } from '../app-context.ts';
import { pathOf } from '../model/api.ts';
import { takeConversation } from '../model/take-in.ts';
import type { Conversation, Page } from '../model/types.ts';
import { Dialog } from '../parts/dialog.tsx';

interface Macro {
  id: string;
  name: string;
  steps: { do: string }[];
}

interface MacroRun {
  refused: { do: string; detail: string } | null;
  conversation: Conversation;
}

/** What is often done, done at once. */
export function Macros({ one, onClose }: { one: Conversation; onClose: () => void }) {
  const t = useT();
  const { desk } = useApp();
  const [macros, setMacros] = useState<Macro[]>();
  useEffect(() => {
    void desk.attempt(async () => setMacros((await desk.ask<Page<Macro>>('GET', '/api/macros')).items));
  }, [desk]);
  const run = (macro: Macro) =>
    void desk.attempt(async () => {
      const path = pathOf('conversations', one.id, `/macros/${encodeURIComponent(macro.id)}`);
      const { refused, conversation } = await desk.ask<MacroRun>('POST', path);
      desk.store.change((state) => {
        takeConversation(state, conversation);
      });
      if (refused !== null) desk.toast(`${refused.do}: ${refused.detail}`, 'bad');
      onClose();
    });
  return (
    <Dialog title={t('do.macros')} onClose={onClose}>
      {macros?.length === 0 && <p class="empty">{t('macros.none')}</p>}
      <ul class="plain-list">
        {macros?.map((macro) => (
          <li key={macro.id}>
            <button type="button" onClick={() => run(macro)}>
              <span dir="auto">{macro.name}</span>
              <span class="faint"> {macro.steps.map((step) => step.do).join(' → ')}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
