import { useId, useState } from 'preact/hooks';
import { useFormats, useT } from '../app-context.ts';
import { Icon } from '../parts/icons.tsx';
import { labelOf, variantName } from './labels.ts';
import { PlainField } from './plain-field.tsx';
import { Rows } from './rows.tsx';
import {
  emptyOf,
  type Fields,
  isFields,
  type Schema,
  type Shape,
  shapeOf,
  type Value,
  variantOf,
} from './schema.ts';

interface FieldProps {
  schema: Schema;
  root: Fields;
  value: Value;
  change: (value: Value) => void;
  /** `settings.times.remind`, as mistakes name it. */
  path: string;
  /** What the API said of each path. */
  mistakes: ReadonlyMap<string, string>;
  /** Shown instead of the name that the path ends with. */
  label?: string;
  required?: boolean;
  /** One of many groups, so that only its name is shown at first, and whether it is on. */
  folded?: boolean;
}

/** Paths of fields that hold seconds. */
const IN_SECONDS = /seconds$|(^|\.)times\.\w+$/i;

/** One field of a form, and those below it, as its schema says. */
export function Field(props: FieldProps) {
  const { schema, root, value, change, path, mistakes, required = false, folded = false } = props;
  const t = useT();
  const id = useId();
  const shape = shapeOf(schema, root);
  const { whole } = useFormats();
  const label = props.label ?? labelOf(t, path.split('.').at(-1) ?? path);
  const mistake = mistakes.get(path);
  const about = mistake === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}m` };
  const same = { root, mistakes };

  if (shape.kind === 'fixed') return null;
  if (shape.kind === 'switch' || shape.kind === 'clearing') {
    // Of what can only be taken away, null does it and nothing leaves it.
    const [on, off] = shape.kind === 'switch' ? [true, false] : [null, undefined];
    return (
      <div class="field-of">
        <label class="check">
          <input
            type="checkbox"
            checked={value === on}
            onChange={(event) => change(event.currentTarget.checked ? on : off)}
            {...about}
          />
          {label}
        </label>
        <Mistake id={`${id}m`} text={mistake} />
      </div>
    );
  }
  if (
    shape.kind === 'fields' ||
    shape.kind === 'named' ||
    shape.kind === 'list' ||
    shape.kind === 'variants'
  ) {
    const inside = (
      <>
        {shape.nullable && (
          <label class="check">
            <input
              type="checkbox"
              checked={value !== null && value !== undefined}
              onChange={(event) => change(event.currentTarget.checked ? emptyOf(shape.schema, root) : null)}
            />
            {t('form.set')}
          </label>
        )}
        {value !== null && value !== undefined && (
          <Group {...same} shape={shape} value={value} change={change} path={path} />
        )}
        {value === undefined && !shape.nullable && (
          <Group {...same} shape={shape} value={emptyOf(shape.schema, root)} change={change} path={path} />
        )}
        <Mistake id={`${id}m`} text={mistake} />
      </>
    );
    if (folded) {
      const isWrong = [...mistakes.keys()].some((one) => one.startsWith(`${path}.`));
      return (
        <details class="group" open={isWrong}>
          <summary>
            {label} {isFields(value) && value.on === true && <span class="tag">{t('field.on')}</span>}
          </summary>
          {inside}
        </details>
      );
    }
    return (
      <fieldset class="group">
        <legend>{label}</legend>
        {inside}
      </fieldset>
    );
  }
  return (
    <div class="field-of">
      <label for={id}>
        {label}
        {required && <span aria-hidden="true"> *</span>}
        {typeof value === 'number' && IN_SECONDS.test(path) && <span class="faint"> {whole(value)}</span>}
      </label>
      <PlainField id={id} shape={shape} value={value} change={change} about={about} required={required} />
      <Mistake id={`${id}m`} text={mistake} />
    </div>
  );
}

function Mistake({ id, text }: { id: string; text: string | undefined }) {
  return text === undefined ? null : (
    <p class="wrong" id={id}>
      {text}
    </p>
  );
}

/** Groups in a group, beyond which nobody finds one among them while all are open. */
const MOST_OPEN = 8;

interface GroupProps {
  shape: Shape;
  root: Fields;
  value: Value;
  change: (value: Value) => void;
  path: string;
  mistakes: ReadonlyMap<string, string>;
}

/** Fields below a field. */
function Group({ shape, root, value, change, path, mistakes }: GroupProps) {
  const t = useT();
  const same = { root, mistakes };
  if (shape.kind === 'fields') {
    const fields = isFields(value) ? value : {};
    const areMany =
      shape.fields.length > MOST_OPEN &&
      shape.fields.every(([, schema]) => shapeOf(schema, root).kind === 'fields');
    return (
      <>
        {shape.fields.map(([name, schema, required]) => (
          <Field
            key={name}
            {...same}
            schema={schema}
            required={required}
            folded={areMany}
            value={fields[name]}
            change={(next) => change({ ...fields, [name]: next })}
            path={path === '' ? name : `${path}.${name}`}
          />
        ))}
      </>
    );
  }
  if (shape.kind === 'list') {
    const items: Value[] = Array.isArray(value) ? value : [];
    return (
      <Rows
        onAdd={() => change([...items, emptyOf(shape.item, root) ?? {}])}
        rows={items.map((item, n) => ({
          key: String(n),
          remove: () => change(items.toSpliced(n, 1)),
          field: (
            <Field
              {...same}
              schema={shape.item}
              value={item}
              change={(next) => change(items.with(n, next))}
              path={`${path}.${n}`}
              label={t('form.entry', { n: n + 1 })}
            />
          ),
        }))}
      />
    );
  }
  if (shape.kind === 'named') {
    const named = isFields(value) ? value : {};
    return <Named {...same} item={shape.item} value={named} change={change} path={path} />;
  }
  if (shape.kind !== 'variants') return null;
  const at = variantOf(shape.variants, value, root);
  const variant = shape.variants[at];
  return (
    <>
      <select
        aria-label={t('form.variant')}
        value={String(at)}
        onChange={(event) => {
          const chosen = shape.variants[Number(event.currentTarget.value)];
          if (chosen) change(emptyOf(chosen, root) ?? '');
        }}
      >
        {shape.variants.map((one, n) => (
          <option key={n} value={String(n)}>
            {variantName(one, root, t)}
          </option>
        ))}
      </select>
      {variant && shapeOf(variant, root).kind === 'fields' ? (
        <Group {...same} shape={shapeOf(variant, root)} value={value} change={change} path={path} />
      ) : (
        variant && <Field {...same} schema={variant} value={value} change={change} path={path} />
      )}
    </>
  );
}

/** Values by a name that is written too, such as texts by language. */
function Named(props: Omit<GroupProps, 'shape' | 'value'> & { item: Schema; value: Fields }) {
  const { item, value, change, path, root, mistakes } = props;
  const t = useT();
  const [name, setName] = useState('');
  return (
    <>
      <Rows
        rows={Object.entries(value).map(([key, member]) => ({
          key,
          remove: () => change(Object.fromEntries(Object.entries(value).filter(([other]) => other !== key))),
          field: (
            <Field
              root={root}
              mistakes={mistakes}
              schema={item}
              value={member}
              change={(next) => change({ ...value, [key]: next ?? '' })}
              path={`${path}.${key}`}
              label={key}
            />
          ),
        }))}
      />
      <span class="adding">
        <input
          aria-label={t('form.name')}
          placeholder={t('form.name')}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button
          type="button"
          class="small"
          disabled={name.trim() === '' || name.trim() in value}
          onClick={() => {
            change({ ...value, [name.trim()]: emptyOf(item, root) ?? '' });
            setName('');
          }}
        >
          <Icon name="plus" /> {t('form.add')}
        </button>
      </span>
    </>
  );
}
