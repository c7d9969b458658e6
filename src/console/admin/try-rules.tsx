import { useMemo, useState } from 'preact/hooks';
import { useApp, useFormats, useT } from '../app-context.ts';
import { labelled } from '../model/labelled.ts';
import { TraceEntries, type TraceEntry } from '../parts/trace-entries.tsx';
import { labelOf } from './labels.ts';
import { filled, type Operation } from './operations.ts';
import { type Fields, isFields, resolved, type Schema } from './schema.ts';
import { SchemaForm } from './schema-form.tsx';

interface Tried {
  queueId: string;
  priority: number;
  skills: string[];
  variables: Fields;
  closed: { opensAt: string | null; holiday: string | null } | null;
  action: { do: string; queueId?: string } | null;
  messages: string[];
  trace: TraceEntry[];
}

/** Where a sample would go by the rules as they stand in the form above, saved or not, and why. */
export function TryRules(props: {
  operation: Operation;
  root: Fields;
  id: string;
  edited: Fields | undefined;
}) {
  const { operation, root, id, edited } = props;
  const t = useT();
  const { desk } = useApp();
  const [tried, setTried] = useState<Tried>();
  const schema = useMemo((): Schema => {
    const { sample = {} } = resolved(operation.body ?? {}, root).properties ?? {};
    return { type: 'object', properties: { sample }, required: ['sample'] };
  }, [operation, root]);

  async function ask(body: Fields) {
    setTried(undefined);
    const { classification, routes } = isFields(edited?.settings) ? edited.settings : {};
    const path = filled(operation.path, id);
    setTried(await desk.ask<Tried>(operation.method, path, { ...body, classification, routes }));
  }

  return (
    <details class="try-rules">
      <summary>{t('rules.try')}</summary>
      <p>{t('rules.try_about')}</p>
      <SchemaForm
        schema={schema}
        root={root}
        label={t('rules.try')}
        action={t('rules.try_now')}
        submit={ask}
      />
      <div role="status">{tried && <Outcome tried={tried} />}</div>
    </details>
  );
}

function Outcome({ tried }: { tried: Tried }) {
  const t = useT();
  const { moment } = useFormats();
  const { queueId, priority, skills, variables, closed, action, messages, trace } = tried;
  const facts: [name: string, value: string][] = [
    [t('field.queueId'), queueId],
    [t('field.priority'), String(priority)],
    [t('field.skills'), skills.join(', ')],
    [t('field.variables'), Object.keys(variables).length > 0 ? JSON.stringify(variables) : ''],
    [t('rules.holiday'), closed?.holiday ?? ''],
    [t('rules.closed'), closed ? (closed.opensAt === null ? '–' : moment(closed.opensAt)) : ''],
    [t('rules.action'), action ? [labelled(t, 'choice', action.do), action.queueId ?? ''].join(' ') : ''],
    [t('field.messages'), messages.map((code) => labelOf(t, code)).join(', ')],
  ];
  return (
    <>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
      </dl>
      <h3>{t('do.trace')}</h3>
      <TraceEntries entries={trace} />
    </>
  );
}
