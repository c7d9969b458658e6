import { useEffect, useState } from 'preact/hooks';
import { useApp, useT } from '../app-context.ts';
import { pathOf } from '../model/api.ts';
import type { Conversation } from '../model/types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { TraceEntries, type TraceEntry } from '../parts/trace-entries.tsx';

/** Why it is where it is. */
export function Trace({ one, onClose }: { one: Conversation; onClose: () => void }) {
  const t = useT();
  const { desk } = useApp();
  const [entries, setEntries] = useState<TraceEntry[]>();
  useEffect(() => {
    void desk.attempt(async () => {
      const path = pathOf('conversations', one.id, '/trace');
      setEntries((await desk.ask<{ items: TraceEntry[] }>('GET', path)).items);
    });
  }, [one.id, desk]);
  return (
    <Dialog title={t('do.trace')} onClose={onClose} wide toRead>
      {entries?.length === 0 && <p class="empty">{t('trace.none')}</p>}
      {entries && <TraceEntries entries={entries} />}
    </Dialog>
  );
}
