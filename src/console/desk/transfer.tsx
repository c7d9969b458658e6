import { useState } from 'preact/hooks';
import { useApp, useFormats, useSelect, useT } from '../app-context.ts';
import type { Agent, Conversation, QueueNow } from '../model/types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Beside } from './beside.tsx';

/** To whom it goes: a queue or a colleague. `asks` = a colleague is only asked, and it stays where it is. */
export function Transfer(props: { one: Conversation; me: Agent; asks?: boolean; onClose: () => void }) {
  const { one, me, asks = false, onClose } = props;
  const t = useT();
  const { moment } = useFormats();
  const { desk } = useApp();
  // What the service would refuse an agent. Supervisors may mean the shift that begins soon.
  const strict = me.role === 'agent' && !asks;
  const [target, setTarget] = useState('');
  const [note, setNote] = useState('');
  const [speak, setSpeak] = useState(false);
  const queues = useSelect((state) =>
    [...state.queues.values()].filter(({ id }) => id !== one.queueId || one.state !== 'open'),
  );
  const colleagues = useSelect((state) =>
    [...state.colleagues.values()]
      .filter(
        ({ agentId }) => agentId !== one.agentId && (agentId !== me.id || (!asks && one.agentId !== me.id)),
      )
      .sort((a, b) => Number(b.presence === 'available') - Number(a.presence === 'available')),
  );
  const toldOf = ({ waiting, agentsAvailable, agentsThere, open, opensAt }: QueueNow) => {
    const counts = t('transfer.queue', { waiting, available: agentsAvailable });
    if (!open) {
      const closed = opensAt === null ? t('transfer.closed') : t('transfer.opens', { at: moment(opensAt) });
      return `${closed} · ${counts}`;
    }
    return agentsThere === 0 ? `${t('transfer.nobody')} · ${counts}` : counts;
  };
  async function submit(event: Event) {
    event.preventDefault();
    const [kind, id] = [target.slice(0, 1), target.slice(1)];
    if (id === '') return;
    const said = note.trim() === '' ? {} : { note: note.trim() };
    const done = asks
      ? await desk.act(one.id, 'consult', { agentId: id, speak })
      : await desk.act(one.id, 'transfer', { [kind === 'q' ? 'queueId' : 'agentId']: id, ...said });
    if (done) onClose();
  }
  return (
    <Dialog title={t(asks ? 'consult.title' : 'transfer.title')} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        {!asks && (
          <Targets
            legend={t('transfer.queues')}
            chosen={target}
            choose={setTarget}
            targets={queues.map((queue) => ({
              value: `q${queue.id}`,
              name: queue.name,
              told: toldOf(queue),
              refused: strict && !(queue.open && queue.agentsThere > 0),
            }))}
          />
        )}
        <Targets
          legend={t('transfer.agents')}
          chosen={target}
          choose={setTarget}
          targets={colleagues.map(({ agentId, name, presence, load }) => ({
            value: `a${agentId}`,
            name,
            told: `${t(`presence.${presence}`)} · ${t('transfer.load', { load })}`,
            presence,
            refused: strict && presence === 'offline',
          }))}
        />
        {asks ? (
          <label class="check">
            <input
              type="checkbox"
              checked={speak}
              onChange={(event) => setSpeak(event.currentTarget.checked)}
            />
            {t('consult.speak')}
          </label>
        ) : (
          <label>
            {t('transfer.note')}
            <textarea
              rows={2}
              dir="auto"
              maxLength={4000}
              value={note}
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          </label>
        )}
        <p class="buttons">
          <button type="submit" class="primary" disabled={target === ''}>
            {t(asks ? 'do.consult' : 'do.transfer')}
          </button>
          <button type="button" onClick={onClose}>
            {t('do.cancel')}
          </button>
        </p>
      </form>
      {asks && <Beside one={one} me={me} />}
    </Dialog>
  );
}

function Targets(props: {
  legend: string;
  chosen: string;
  choose: (value: string) => void;
  /** `refused` = it is shown, and cannot be chosen. */
  targets: { value: string; name: string; told: string; presence?: string; refused: boolean }[];
}) {
  const { legend, chosen, choose, targets } = props;
  return (
    <fieldset class="targets">
      <legend>{legend}</legend>
      {targets.map(({ value, name, told, presence, refused }) => (
        <label key={value} class="check" data-presence={presence}>
          <input
            type="radio"
            name="target"
            value={value}
            disabled={refused}
            checked={chosen === value}
            onChange={() => choose(value)}
          />
          <span dir="auto">{name}</span> <span class="faint">{told}</span>
        </label>
      ))}
    </fieldset>
  );
}
