/** How times and numbers are written, in one language. */
export interface Formats {
  /** `09:41` */
  clock: (iso: string) => string;
  /** `Monday, 2 March` */
  day: (iso: string) => string;
  /** `2 Mar, 09:41` */
  moment: (iso: string) => string;
  /** The clock alone on the day of `now`, else the moment. */
  lately: (iso: string, now: number) => string;
  number: (value: number) => string;
  percent: (share: number) => string;
  /** `4 min`, from milliseconds, in the largest unit. */
  span: (milliseconds: number) => string;
  /** `30d`, from seconds that are so many whole minutes, hours or days; undefined where they are not. */
  whole: (seconds: number) => string | undefined;
  /** `1:07`, from milliseconds. */
  countdown: (milliseconds: number) => string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function createFormats(language: string): Formats {
  const cycle = hourCycleOf(language);
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', ...cycle });
  const day = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', ...cycle });
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const unit = (name: string) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'narrow',
      maximumFractionDigits: 0,
    });
  const [seconds, minutes, hours, days] = [unit('second'), unit('minute'), unit('hour'), unit('day')];
  return {
    clock: (iso) => clock.format(Date.parse(iso)),
    day: (iso) => day.format(Date.parse(iso)),
    moment: (iso) => moment.format(Date.parse(iso)),
    lately(iso, now) {
      const at = Date.parse(iso);
      return (day.format(at) === day.format(now) ? clock : moment).format(at);
    },
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    span(milliseconds) {
      const length = Math.max(milliseconds, 0);
      if (length < MINUTE) return seconds.format(Math.floor(length / 1000));
      if (length < HOUR) return minutes.format(Math.floor(length / MINUTE));
      if (length < DAY) return hours.format(Math.floor(length / HOUR));
      return days.format(Math.floor(length / DAY));
    },
    whole(length) {
      const [size, format] =
        length < HOUR / 1000 ? [MINUTE, minutes] : length < DAY / 1000 ? [HOUR, hours] : [DAY, days];
      const count = (length * 1000) / size;
      return count >= 1 && Number.isInteger(count) ? format.format(count) : undefined;
    },
    countdown(milliseconds) {
      const left = Math.max(Math.ceil(milliseconds / 1000), 0);
      return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    },
  };
}

/**
 * Twelve hours, which Taiwan and Hong Kong have by default, make midnight 上午12:00 there, which reads like noon: work is
 * timed by 24. Empty = as the language has it, or as the reader's browser says (`zh-TW-u-hc-h12`).
 */
function hourCycleOf(language: string): { hourCycle?: 'h23' } {
  const { language: spoken, hourCycle } = new Intl.Locale(language);
  return spoken === 'zh' && hourCycle === undefined ? { hourCycle: 'h23' } : {};
}
