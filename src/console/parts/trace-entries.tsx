import { useFormats, useT } from '../app-context.ts';

export interface TraceEntry {
  at: string;
  step: string;
  rule?: string;
  expression?: string;
  values?: unknown;
  result?: unknown;
  decision?: unknown;
  /** Null = nobody can have it. */
  agentId?: string | null;
  why?: string;
}

/** Each rule that was asked, what it read and came to, who it was put before, and who moved it. */
export function TraceEntries({ entries }: { entries: readonly TraceEntry[] }) {
  const t = useT();
  const { clock } = useFormats();
  return (
    <ol class="trace">
      {entries.map(({ at, step, rule, expression, agentId, why, ...rest }, n) => (
        <li key={n}>
          <p>
            <span class="faint">{clock(at)}</span>{' '}
            <strong>{agentId === null ? t('trace.nobody') : t(`trace.${step}`)}</strong> {rule ?? agentId}{' '}
            {why !== undefined && (agentId === null ? t(`trace.${why}`) : <span class="tag">{why}</span>)}
          </p>
          {expression !== undefined && <code dir="ltr">{expression}</code>}
          <dl class="facts">
            {Object.entries(rest).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
                </dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ol>
  );
}
