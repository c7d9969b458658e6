import { useApp, useFormats, useT } from '../app-context.ts';
import { pathOf } from '../model/api.ts';
import { customerOf } from '../model/phone-number.ts';
import { addressOf } from '../model/place.ts';
import type { Board } from '../model/types.ts';
import { SentimentTag } from '../parts/sentiment-tag.tsx';

const PRESENCES = ['available', 'busy', 'do_not_disturb', 'away', 'offline'] as const;

/** Who is there, how much they have, and what: a supervisor opens it, and sets a presence for who forgot. */
export function AgentRows({ board }: { board: Board }) {
  const t = useT();
  const { desk } = useApp();
  const { span } = useFormats();
  const now = Date.parse(board.at);
  const set = (id: string, presence: string) =>
    void desk.attempt(() => desk.ask('PUT', pathOf('agents', id, '/presence'), { presence }));
  return (
    <section aria-labelledby="board-agents">
      <h2 id="board-agents">{t('board.agents')}</h2>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="board-agents">
        <table>
          <thead>
            <tr>
              <th>{t('board.agent')}</th>
              <th>{t('board.presence')}</th>
              <th class="n">{t('board.since')}</th>
              <th>{t('board.load')}</th>
              <th>{t('board.work')}</th>
            </tr>
          </thead>
          <tbody>
            {board.agents.map((agent) => (
              <tr key={agent.id}>
                <th scope="row">
                  <bdi>{agent.name}</bdi>
                </th>
                <td>
                  <span class="presence" data-presence={agent.presence}>
                    <select
                      value={agent.presence}
                      aria-label={t('board.presence_of', { agent: agent.name })}
                      onChange={(event) => set(agent.id, event.currentTarget.value)}
                    >
                      {PRESENCES.map((presence) => (
                        <option key={presence} value={presence}>
                          {t(`presence.${presence}`)}
                        </option>
                      ))}
                    </select>
                  </span>
                </td>
                <td class="n">{span(now - Date.parse(agent.presenceAt))}</td>
                <td>
                  <meter
                    min={0}
                    max={agent.capacity}
                    value={agent.load}
                    aria-label={t('board.load_of', { load: agent.load, capacity: agent.capacity })}
                  />{' '}
                  {agent.load}/{agent.capacity}
                </td>
                <td>
                  {agent.work.map(({ id, place, since, sentiment }) => (
                    <a key={id} class={`tag ${place}`} href={addressOf(id)} title={t(`place.${place}`)}>
                      {customerOf(id)} · {span(now - Date.parse(since))}{' '}
                      <SentimentTag sentiment={sentiment} />
                    </a>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!board.workComplete && <p class="faint">{t('board.not_all')}</p>}
    </section>
  );
}
