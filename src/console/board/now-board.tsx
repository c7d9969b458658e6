import { useCallback, useEffect, useState } from 'preact/hooks';
import { useApp, useFormats, useT } from '../app-context.ts';
import { type Ask, query } from '../model/api.ts';
import { whyNot } from '../model/failure.ts';
import { hoursOf, localOffset } from '../model/hours.ts';
import { labelled } from '../model/labelled.ts';
import { customerOf, shownNumber } from '../model/phone-number.ts';
import { addressOf } from '../model/place.ts';
import type { Board, HandlingReport, Message, Page } from '../model/types.ts';
import { SentimentTag } from '../parts/sentiment-tag.tsx';
import { AgentRows } from './agent-rows.tsx';
import { Bars } from './bars.tsx';
import { useEvery } from './beat.ts';

/** Milliseconds between two looks at what changes all the time, and at what grows slowly. */
const OFTEN = 4_000;
const NOW_AND_THEN = 60_000;

/** What goes on now: queues, who waits, agents, what did not go out, and the day so far. */
export function NowBoard() {
  const t = useT();
  const { span, percent, number } = useFormats();
  const [more, setMore] = useState(50);
  const read = useCallback((ask: Ask) => ask<Board>('GET', `/api/board${query({ limit: more })}`), [more]);
  const board = useEvery(OFTEN, read);

  if (board === undefined) return <p class="splash">{t('app.loading')}</p>;
  const now = Date.parse(board.at);
  const total = (of: (queue: Board['queues'][number]) => number) =>
    board.queues.reduce((sum, queue) => sum + of(queue), 0);
  const oldest = board.waiting.items[0];
  return (
    <div class="board-now ready">
      <dl class="tiles">
        <Tile name={t('board.waiting')} value={number(total((queue) => queue.waiting))} />
        <Tile
          name={t('board.oldest')}
          value={oldest === undefined ? '–' : span(oldest.waitedSeconds * 1000)}
          bad={oldest !== undefined && oldest.waitedSeconds > 600}
        />
        <Tile name={t('board.active')} value={number(total((queue) => queue.active))} />
        <Tile
          name={t('board.available')}
          value={number(board.agents.filter(({ presence }) => presence === 'available').length)}
        />
      </dl>

      <section aria-labelledby="board-queues">
        <h2 id="board-queues">{t('board.queues')}</h2>
        <div class="scroll" tabIndex={0} role="group" aria-labelledby="board-queues">
          <table>
            <thead>
              <tr>
                <th>{t('board.queue')}</th>
                <th class="n">{t('board.waiting')}</th>
                <th class="n">{t('board.oldest')}</th>
                <th class="n">{t('board.active')}</th>
                <th class="n">{t('board.parked')}</th>
                <th class="n">{t('board.wrap_up')}</th>
                <th class="n">{t('board.available')}</th>
                <th>{t('board.level')}</th>
              </tr>
            </thead>
            <tbody>
              {board.queues.map((queue) => (
                <tr key={queue.id}>
                  <th scope="row">
                    <bdi>{queue.name}</bdi> {!queue.open && <span class="tag">{t('board.closed_now')}</span>}
                  </th>
                  <td class="n">{queue.waiting}</td>
                  <td class="n">{queue.oldest === null ? '–' : span(now - Date.parse(queue.oldest))}</td>
                  <td class="n">{queue.active}</td>
                  <td class="n">{queue.parked}</td>
                  <td class="n">{queue.wrapUp}</td>
                  <td class="n">{queue.agents.available ?? 0}</td>
                  <td>
                    {queue.level === null
                      ? '–'
                      : t('board.level_of', {
                          share: queue.level.today.share === null ? '–' : percent(queue.level.today.share),
                          span: span(queue.level.seconds * 1000),
                          over: queue.level.over,
                        })}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>

      <section aria-labelledby="board-waiting">
        <h2 id="board-waiting">{t('board.who_waits')}</h2>
        {board.waiting.items.length === 0 && <p class="empty">{t('inbox.none_waiting')}</p>}
        {board.waiting.items.length > 0 && (
          <div class="scroll" tabIndex={0} role="group" aria-labelledby="board-waiting">
            <table>
              <thead>
                <tr>
                  <th>{t('summary.customer')}</th>
                  <th>{t('board.queue')}</th>
                  <th class="n">{t('board.waited')}</th>
                  <th>{t('board.why')}</th>
                  <th>{t('summary.language')}</th>
                  <th>{t('summary.sentiment')}</th>
                  <th class="n">{t('board.priority')}</th>
                  <th>{t('board.offered')}</th>
                </tr>
              </thead>
              <tbody>
                {board.waiting.items.map((one) => (
                  <tr key={one.id}>
                    <th scope="row">
                      <a href={addressOf(one.id)}>{shownNumber(one.customer)}</a>
                    </th>
                    <td>{board.queues.find(({ id }) => id === one.queueId)?.name ?? one.queueId}</td>
                    <td class="n">{span(one.waitedSeconds * 1000)}</td>
                    <td>{one.reason !== null && labelled(t, 'handoff', one.reason)}</td>
                    <td>{one.locale}</td>
                    <td>
                      <SentimentTag sentiment={one.sentiment} />
                    </td>
                    <td class="n">{one.priority}</td>
                    <td>
                      {board.agents.find(({ id }) => id === one.offeredTo)?.name ?? one.offeredTo ?? '–'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {board.waiting.cursor !== null && more < 200 && (
          <button type="button" onClick={() => setMore(200)}>
            {t('do.more')}
          </button>
        )}
      </section>

      <AgentRows board={board} />
      <Today />
      <NotOut {...board.deadLetters} />
    </div>
  );
}

function Tile({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div class={bad ? 'tile bad' : 'tile'}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function readToday(ask: Ask): Promise<HandlingReport> {
  const from = new Date();
  from.setHours(0, 0, 0, 0);
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  const fields = {
    from: from.toISOString(),
    to: to.toISOString(),
    by: 'hour',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  return ask<HandlingReport>('GET', `/api/reports/handling${query(fields)}`);
}

/** Sessions that ended since midnight, by the hour. */
function Today() {
  const t = useT();
  const report = useEvery(NOW_AND_THEN, readToday);
  if (report === undefined) return null;
  const hours = hoursOf(Date.parse(report.from), Date.parse(report.to), localOffset).map((hour) => {
    const row = report.rows.find(({ key }) => key === hour.key);
    return { ...hour, parts: [row?.resolvedByBot ?? 0, row?.escalated ?? 0] };
  });
  return (
    <section aria-labelledby="board-today">
      <h2 id="board-today">{t('board.today')}</h2>
      <Bars bars={hours} legend={[t('report.resolved_by_bot'), t('report.escalated')]} />
    </section>
  );
}

async function readNotOut(ask: Ask): Promise<Message[]> {
  const of = (status: string) => ask<Page<Message>>('GET', `/api/messages${query({ status, limit: 50 })}`);
  const [failed, unknown] = await Promise.all([of('failed'), of('unknown')]);
  return [...unknown.items, ...failed.items];
}

/** Messages that failed, or of which nobody knows whether they arrived. They are read, which is audited, when there are others. */
function NotOut({ failed, unknown }: Board['deadLetters']) {
  const t = useT();
  const { desk } = useApp();
  const { moment } = useFormats();
  const [messages, setMessages] = useState<Message[]>([]);
  useEffect(() => {
    let gone = false;
    const read = async () => {
      const found = failed + unknown === 0 ? [] : await desk.attempt(() => readNotOut(desk.ask));
      if (!gone && found !== undefined) setMessages(found);
    };
    void read();
    return () => {
      gone = true;
    };
  }, [desk, failed, unknown]);
  if (messages.length === 0) return null;
  return (
    <section aria-labelledby="board-out">
      <h2 id="board-out">{t('board.not_out')}</h2>
      <ul class="plain-list">
        {messages.map(({ id, conversationId, at, status, error }) => (
          <li key={id}>
            <a href={addressOf(conversationId)}>{customerOf(conversationId)}</a>{' '}
            <span class={`status ${status}`}>{t(`status.${status}`)}</span>{' '}
            <span class="faint" title={error?.message}>
              {moment(at)} {error && whyNot(t, error, status)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
