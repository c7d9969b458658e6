import { useEffect, useRef, useState } from 'preact/hooks';
import type { Macro, MacroRun } from '../../http/macro-schemas.ts';
import { useApp, useT } from '../app-context.ts';
import { isKept, pathOf } from '../model/api.ts';
import { macroRefusal } from '../model/macro-refusal.ts';
import { takeConversation } from '../model/take-in.ts';
import type { Conversation, Page } from '../model/types.ts';
import { Dialog } from '../parts/dialog.tsx';

/** What is often done, done at once. */
export function Macros({ one, onClose }: { one: Conversation; onClose: () => void }) {
  const t = useT();
  const { desk } = useApp();
  const [macros, setMacros] = useState<Macro[]>();
  useEffect(() => {
    void desk.attempt(async () => setMacros((await desk.ask<Page<Macro>>('GET', '/api/macros')).items));
  }, [desk]);
  const [running, setRunning] = useState(false);
  // One for what the dialog was opened for: where no answer came, no second choice may do it twice.
  const key = useRef<string | undefined>(undefined);
  async function perform(macro: Macro): Promise<void> {
    key.current ??= desk.newKey();
    const path = pathOf('conversations', one.id, `/macros/${encodeURIComponent(macro.id)}`);
    try {
      const { refused, conversation } = await desk.ask<MacroRun>('POST', path, undefined, {
        key: key.current,
      });
      desk.store.change((state) => {
        takeConversation(state, conversation);
      });
      if (refused !== null) desk.toast(macroRefusal(t, desk.explain, refused, conversation), 'bad');
      onClose();
    } catch (error) {
      if (isKept(error)) key.current = undefined;
      throw error;
    }
  }
  async function run(macro: Macro): Promise<void> {
    setRunning(true);
    await desk.attempt(() => perform(macro));
    setRunning(false);
  }
  return (
    <Dialog title={t('do.macros')} onClose={onClose}>
      {macros?.length === 0 && <p class="empty">{t('macros.none')}</p>}
      <ul class="plain-list">
        {macros?.map((macro) => (
          <li key={macro.id}>
            <button type="button" disabled={running} onClick={() => void run(macro)}>
              <span dir="auto">{macro.name}</span>
              <span class="faint"> {macro.steps.map((step) => t(`do.${step.do}`)).join(' → ')}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
