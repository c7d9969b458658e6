import { useState } from 'preact/hooks';
import { useT } from '../app-context.ts';

const DAY = 86_400_000;
/** The longest that a report takes. */
const MOST_DAYS = 92;

export interface Period {
  /** Both as `2026-03-01`, by the reader's clock; the last day is in it. */
  first: string;
  last: string;
}

/** A day as the field of a form has it. */
function dayOf(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}

export function usePeriod(): [Period, (change: Partial<Period>) => void] {
  const [period, setPeriod] = useState<Period>({
    first: dayOf(Date.now() - 6 * DAY),
    last: dayOf(Date.now()),
  });
  return [period, (change) => setPeriod((before) => ({ ...before, ...change }))];
}

/** From midnight to midnight, by the reader's clock; null when that is no period. */
export function boundsOf({ first, last }: Period): { from: string; to: string } | null {
  const from = new Date(`${first}T00:00:00`);
  const to = new Date(`${last}T00:00:00`);
  to.setDate(to.getDate() + 1);
  const length = to.getTime() - from.getTime();
  return length > 0 && length <= MOST_DAYS * DAY + DAY / 12
    ? { from: from.toISOString(), to: to.toISOString() }
    : null;
}

export function PeriodFields(props: { period: Period; change: (change: Partial<Period>) => void }) {
  const { period, change } = props;
  const t = useT();
  const wrong = boundsOf(period) === null;
  return (
    <>
      <label>
        {t('report.first')}
        <input
          type="date"
          value={period.first}
          aria-invalid={wrong}
          onInput={(event) => change({ first: event.currentTarget.value })}
        />
      </label>
      <label>
        {t('report.last')}
        <input
          type="date"
          value={period.last}
          aria-invalid={wrong}
          onInput={(event) => change({ last: event.currentTarget.value })}
        />
      </label>
    </>
  );
}
