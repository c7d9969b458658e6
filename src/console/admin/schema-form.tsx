import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useApp, useT } from '../app-context.ts';
import { Refusal } from '../model/api.ts';
import { Field } from './field.tsx';
import {
  changesOf,
  emptyOf,
  type Fields,
  isFields,
  partOf,
  READ_AT,
  type Schema,
  shapeOf,
} from './schema.ts';

/** A form for what an operation of the API takes: its fields and what is wrong in them are the API's own. */
export function SchemaForm(props: {
  schema: Schema;
  root: Fields;
  /** What is there already, as the form finds it when it opens; then only what differs from that is sent. */
  before?: Fields;
  /** With what was there when the form opened, or nothing. */
  submit: (body: Fields, before: Fields) => Promise<void>;
  label: string;
  /** What the button that sends says; `Save` without it. */
  action?: string;
  onCancel?: () => void;
  /** Told of what the fields hold now. */
  onEdit?: (value: Fields) => void;
}) {
  const { schema, root, submit, label, action, onCancel, onEdit } = props;
  const t = useT();
  const { desk } = useApp();
  // What others change meanwhile changes nothing here: it is compared with what the fields began with.
  const [before] = useState(props.before);
  const start = useMemo(
    () => (before === undefined ? emptyOf(schema, root) : partOf(before, schema, root)),
    [schema, root, before],
  );
  const [value, setValue] = useState<Fields>(isFields(start) ? start : {});
  const [wrong, setWrong] = useState<{ whole: string; mistakes: Map<string, string> }>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    const first = wrong && form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]');
    first?.scrollIntoView({ block: 'center' });
    first?.focus();
  }, [wrong]);
  useLayoutEffect(() => onEdit?.(value), [onEdit, value]);
  const shape = shapeOf(schema, root);
  const shown = shape.kind === 'fields' ? shape.fields.filter(([name]) => name !== READ_AT) : [];

  async function send(event: Event) {
    event.preventDefault();
    setBusy(true);
    setWrong(undefined);
    try {
      const body = before === undefined ? cleaned(value) : changesOf(isFields(start) ? start : {}, value);
      await submit(body, before ?? {});
    } catch (error) {
      const problems = error instanceof Refusal ? error.problems : [];
      const mistakes = new Map(problems.map(({ path, message }) => [path.replace(/^body\./, ''), message]));
      const isStale = error instanceof Refusal && error.code === 'stale_version';
      setWrong({ whole: isStale ? t('form.stale') : desk.explain(error), mistakes });
    }
    setBusy(false);
  }

  return (
    <form class="schema-form" ref={form} aria-label={label} onSubmit={(event) => void send(event)}>
      {shown.map(([name, field, required]) => (
        <Field
          key={name}
          schema={field}
          root={root}
          required={required && before === undefined}
          value={value[name]}
          change={(next) => setValue((now) => ({ ...now, [name]: next }))}
          path={name}
          mistakes={wrong?.mistakes ?? NONE}
        />
      ))}
      {wrong && (
        <p class="wrong" role="alert">
          {wrong.whole}
        </p>
      )}
      <p class="buttons">
        <button type="submit" class="primary" disabled={busy}>
          {action ?? t('form.save')}
        </button>
        {onCancel && (
          <button type="button" onClick={onCancel}>
            {t('do.cancel')}
          </button>
        )}
      </p>
    </form>
  );
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Without what was left empty. */
function cleaned(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
