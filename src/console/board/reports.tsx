import { useEffect, useState } from 'preact/hooks';
import { useApp, useFormats, useSelect, useT } from '../app-context.ts';
import { query } from '../model/api.ts';
import type { HandlingReport, ReportRowView } from '../model/types.ts';
import { boundsOf, PeriodFields, usePeriod } from './period.tsx';
import { Shares } from './shares.tsx';

const GROUPS = ['day', 'hour', 'queue', 'agent', 'language'] as const;

/** How sessions were handled in a period; also as a file. */
export function Reports() {
  const t = useT();
  const { desk } = useApp();
  const [period, change] = usePeriod();
  const [by, setBy] = useState<string>('day');
  const [report, setReport] = useState<HandlingReport>();
  const bounds = boundsOf(period);
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const path = bounds && `/api/reports/handling${query({ ...bounds, by, timeZone })}`;

  useEffect(() => {
    let gone = false;
    if (path !== null) {
      void desk
        .attempt(() => desk.ask<HandlingReport>('GET', path))
        .then((found) => {
          if (!gone && found) setReport(found);
        });
    }
    return () => {
      gone = true;
    };
  }, [desk, path]);

  return (
    <div class="ready">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <PeriodFields period={period} change={change} />
        <label>
          {t('report.by')}
          <select value={by} onChange={(event) => setBy(event.currentTarget.value)}>
            {GROUPS.map((group) => (
              <option key={group} value={group}>
                {t(`report.by_${group}`)}
              </option>
            ))}
          </select>
        </label>
        {path !== null && (
          <a class="button" href={`${path}&format=csv`} download={`switchboard-${by}.csv`}>
            {t('report.csv')}
          </a>
        )}
      </form>
      {bounds === null && <p class="wrong">{t('report.period')}</p>}
      {report && <Rows report={report} />}
      {report && report.total.dispositions.length > 0 && (
        <section aria-labelledby="closed-as">
          <h2 id="closed-as">{t('report.closed_as')}</h2>
          <Shares of={report.total.dispositions.map(({ disposition: name, count }) => ({ name, count }))} />
        </section>
      )}
    </div>
  );
}

function Rows({ report }: { report: HandlingReport }) {
  const t = useT();
  const { span, number, percent } = useFormats();
  const names = useSelect(({ queues, colleagues }) => {
    const of = { queue: queues, agent: colleagues }[String(report.by)];
    return report.rows.map(({ key }) => (key === null ? undefined : (of?.get(key)?.name ?? key)));
  });
  const seconds = (value: number | null) => (value === null ? '–' : span(value * 1000));
  const share = (part: number, whole: number) => (whole === 0 ? '–' : percent(part / whole));
  const cells = (row: ReportRowView) => (
    <>
      <td class="n">{number(row.sessions)}</td>
      <td class="n">{number(row.resolvedByBot)}</td>
      <td class="n">{share(row.resolvedByBot, row.sessions)}</td>
      <td class="n">{number(row.escalated)}</td>
      <td class="n">{number(row.abandoned)}</td>
      <td class="n">{number(row.reopened)}</td>
      <td class="n">{number(row.transfers)}</td>
      <td class="n">{seconds(row.firstWait.p50)}</td>
      <td class="n">{seconds(row.firstWait.p90)}</td>
      <td class="n">{share(row.serviceLevel.within, row.serviceLevel.counted)}</td>
      <td class="n">{seconds(row.speedOfAnswer.p50)}</td>
      <td class="n">{seconds(row.handle.average)}</td>
      <td class="n">
        {row.survey.average === null ? '–' : `${number(row.survey.average)} (${row.survey.answers})`}
      </td>
    </>
  );
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={t('board.reports')}>
      <table>
        <thead>
          <tr>
            <th>{t(`report.by_${report.by}`)}</th>
            <th class="n">{t('report.sessions')}</th>
            <th class="n">{t('report.resolved_by_bot')}</th>
            <th class="n">{t('report.share')}</th>
            <th class="n">{t('report.escalated')}</th>
            <th class="n">{t('report.abandoned')}</th>
            <th class="n">{t('report.reopened')}</th>
            <th class="n">{t('report.transfers')}</th>
            <th class="n">{t('report.wait_50')}</th>
            <th class="n">{t('report.wait_90')}</th>
            <th class="n">{t('report.level')}</th>
            <th class="n">{t('report.answer_50')}</th>
            <th class="n">{t('report.handle')}</th>
            <th class="n">{t('report.survey')}</th>
          </tr>
        </thead>
        <tbody>
          {report.rows.map((row, n) => (
            <tr key={row.key}>
              <th scope="row" dir="auto">
                {names[n] ?? t('report.none')}
              </th>
              {cells(row)}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('report.total')}</th>
            {cells(report.total)}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
