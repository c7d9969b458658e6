import { useApp, useSelect, useT } from '../app-context.ts';
import type { Agent, Conversation } from '../model/types.ts';

/** Who takes part in a conversation beside its owner, each to be taken out of it. */
export function Beside({ one, me }: { one: Conversation; me: Agent }) {
  const t = useT();
  const { desk } = useApp();
  const others = [...new Set([...one.participants, ...one.consulted])].filter((id) => id !== me.id);
  const names = useSelect(({ colleagues }) => others.map((id) => colleagues.get(id)?.name ?? id));
  if (others.length === 0) return null;
  return (
    <section class="beside">
      <h3>{t('summary.with')}</h3>
      <ul class="plain-list">
        {others.map((id, n) => (
          <li key={id}>
            <button type="button" onClick={() => void desk.act(one.id, 'leave', { agentId: id })}>
              {t('consult.take_out', { agent: names[n] ?? id })}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
