import { useFormats, useT } from '../app-context.ts';

/** Pixels of the drawing, which scales. */
const HEIGHT = 120;
const STEP = 30;

const LINE = 12;

export interface Bar {
  name: string;
  /** What stands below it, line by line. */
  label: string[];
  parts: number[];
}

/** Stacked bars, of up to two parts, with the same figures as a table for who does not see them. */
export function Bars(props: { bars: Bar[]; legend: string[] }) {
  const { bars, legend } = props;
  const t = useT();
  const { number } = useFormats();
  const most = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0)));
  const width = bars.length * STEP;
  const lines = Math.max(1, ...bars.map(({ label }) => label.length));
  const total = (n: number) => bars.reduce((sum, { parts }) => sum + (parts[n] ?? 0), 0);
  return (
    <figure class="bars">
      <svg viewBox={`0 0 ${width} ${HEIGHT + 6 + LINE * lines}`} aria-hidden="true">
        <line x1="0" x2={width} y1={HEIGHT} y2={HEIGHT} />
        {bars.map(({ name, label, parts }, n) => {
          let below = HEIGHT;
          return (
            <g key={name} transform={`translate(${n * STEP + 4} 0)`}>
              {parts.map((part, m) => {
                const height = (part / most) * (HEIGHT - 8);
                below -= height;
                return (
                  <rect key={legend[m]} class={`part${m}`} y={below} width={STEP - 8} height={height}>
                    <title>{`${legend[m]}: ${number(part)}`}</title>
                  </rect>
                );
              })}
              {label.map((line, m) => (
                <text key={line} x={(STEP - 8) / 2} y={HEIGHT + 2 + LINE * (m + 1)}>
                  {line}
                </text>
              ))}
            </g>
          );
        })}
      </svg>
      <figcaption>
        {legend.map((name, n) => (
          <span key={name} class={`key part${n}`}>
            {name}: {number(total(n))}
          </span>
        ))}
        <span class="unseen">
          {bars
            .filter(({ parts }) => parts.some((part) => part > 0))
            .map(({ name, parts }) => t('board.bar', { name, figures: parts.map(number).join(', ') }))
            .join(' ')}
        </span>
      </figcaption>
    </figure>
  );
}
