import { useEffect, useState } from 'preact/hooks';
import { useApp, useFormats, useT } from '../app-context.ts';
import { query } from '../model/api.ts';
import { labelled } from '../model/labelled.ts';
import type { DialogReport, HandlingReport } from '../model/types.ts';
import { boundsOf, PeriodFields, usePeriod } from './period.tsx';
import { Shares } from './shares.tsx';

/** How the bot does: what it handles itself, why it hands over, and where customers leave it. */
export function BotFigures() {
  const t = useT();
  const { desk } = useApp();
  const { percent, number } = useFormats();
  const [period, change] = usePeriod();
  const [handling, setHandling] = useState<HandlingReport>();
  const [steps, setSteps] = useState<DialogReport>();
  const bounds = boundsOf(period);
  const fields = bounds && query(bounds);

  useEffect(() => {
    if (fields === null) return;
    void desk.attempt(async () => {
      const [all, dialogs] = await Promise.all([
        desk.ask<HandlingReport>('GET', `/api/reports/handling${fields}&by=day`),
        desk.ask<DialogReport>('GET', `/api/reports/dialogs${fields}`),
      ]);
      setHandling(all);
      setSteps(dialogs);
    });
  }, [desk, fields]);

  const total = handling?.total;
  return (
    <div class="ready">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <PeriodFields period={period} change={change} />
        {fields !== null && (
          <a
            class="button"
            href={`/api/reports/dialogs${fields}&format=csv`}
            download="switchboard-dialogs.csv"
          >
            {t('report.csv')}
          </a>
        )}
      </form>
      {total && (
        <dl class="tiles">
          {(
            [
              ['report.sessions', number(total.sessions)],
              ['report.share', total.sessions === 0 ? '–' : percent(total.resolvedByBot / total.sessions)],
              ['report.escalated', number(total.escalated)],
              ['report.survey', total.survey.average === null ? '–' : number(total.survey.average)],
            ] as const
          ).map(([name, value]) => (
            <div key={name} class="tile">
              <dt>{t(name)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <section aria-labelledby="bot-why">
        <h2 id="bot-why">{t('bot.why')}</h2>
        {total?.escalations.length === 0 && <p class="empty">{t('bot.never')}</p>}
        {total && (
          <Shares
            of={total.escalations.map(({ reason, count }) => ({
              name: labelled(t, 'handoff', reason),
              count,
            }))}
          />
        )}
      </section>
      <section aria-labelledby="bot-steps">
        <h2 id="bot-steps">{t('bot.steps')}</h2>
        {steps?.rows.length === 0 && <p class="empty">{t('bot.no_steps')}</p>}
        {steps && steps.rows.length > 0 && (
          <div class="scroll" tabIndex={0} role="group" aria-labelledby="bot-steps">
            <table>
              <thead>
                <tr>
                  <th>{t('return.dialog')}</th>
                  <th>{t('return.step')}</th>
                  <th>{t('summary.language')}</th>
                  <th class="n">{t('bot.reached')}</th>
                  <th class="n">{t('bot.handed_over')}</th>
                  <th class="n">{t('bot.left')}</th>
                  <th>{t('bot.drop')}</th>
                </tr>
              </thead>
              <tbody>
                {steps.rows.map(({ dialog, step, language, reached, handedOver, left }) => (
                  <tr key={`${dialog} ${step} ${language}`}>
                    <th scope="row">{dialog}</th>
                    <td>{step}</td>
                    <td>{language ?? '–'}</td>
                    <td class="n">{number(reached)}</td>
                    <td class="n">{number(handedOver)}</td>
                    <td class="n">{number(left)}</td>
                    <td>
                      <meter
                        min={0}
                        max={Math.max(reached, 1)}
                        value={handedOver + left}
                        aria-label={t('bot.drop')}
                      />{' '}
                      {reached === 0 ? '' : percent((handedOver + left) / reached)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <Drawing />
    </div>
  );
}

/** The dialogs as a picture. A service whose bot is a program has none. */
function Drawing() {
  const t = useT();
  const { texts } = useApp();
  const [missing, setMissing] = useState(false);
  if (missing) return null;
  return (
    <section aria-labelledby="bot-drawing">
      <h2 id="bot-drawing">{t('bot.drawing')}</h2>
      <div class="scroll drawing" tabIndex={0} role="group" aria-labelledby="bot-drawing">
        <img
          src={`/api/dialogs/graph${query({ language: texts.language })}`}
          alt={t('bot.drawing')}
          loading="lazy"
          onError={() => setMissing(true)}
        />
      </div>
    </section>
  );
}
