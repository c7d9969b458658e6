import { useState } from 'preact/hooks';
import { useT } from '../app-context.ts';
import { labelled } from '../model/labelled.ts';
import type { Shape, Value } from './schema.ts';

/** What is written or chosen in one place. */
export function PlainField(props: {
  id: string;
  shape: Shape;
  value: Value;
  change: (value: Value) => void;
  about: object;
  required: boolean;
}) {
  const { id, shape, value, change, about, required } = props;
  const t = useT();
  const [raw, setRaw] = useState<string>();
  const blank = shape.nullable ? null : undefined;
  const text = (next: string) => change(next === '' ? blank : next);
  const shown = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  switch (shape.kind) {
    case 'choice':
      return (
        <select id={id} value={shown} onChange={(event) => text(event.currentTarget.value)} {...about}>
          {(!required || shown === '') && <option value="" />}
          {shape.choices.map((choice) => (
            <option key={choice} value={choice}>
              {labelled(t, 'choice', choice)}
            </option>
          ))}
        </select>
      );
    case 'number':
      return (
        <input
          id={id}
          type="number"
          step={shape.whole ? 1 : 'any'}
          min={shape.schema.minimum}
          max={shape.schema.maximum}
          required={required}
          value={shown}
          onInput={(event) => {
            const { value: next } = event.currentTarget;
            change(next === '' ? blank : Number(next));
          }}
          {...about}
        />
      );
    case 'text':
      return shape.long ? (
        <textarea
          id={id}
          rows={3}
          dir="auto"
          maxLength={shape.schema.maxLength}
          required={required}
          value={shown}
          onInput={(event) => text(event.currentTarget.value)}
          {...about}
        />
      ) : (
        <Line id={id} shape={shape} shown={shown} text={text} about={about} required={required} />
      );
    case 'words':
      return (
        <input
          id={id}
          autocomplete="off"
          value={raw ?? (Array.isArray(value) ? value.join(', ') : '')}
          onInput={(event) => {
            setRaw(event.currentTarget.value);
            change(
              event.currentTarget.value
                .split(',')
                .map((word) => word.trim())
                .filter((word) => word !== ''),
            );
          }}
          onBlur={() => setRaw(undefined)}
          {...about}
        />
      );
    default:
      return (
        <textarea
          id={id}
          rows={4}
          class="json"
          value={raw ?? (value === undefined ? '' : JSON.stringify(value, null, 2))}
          onInput={(event) => {
            setRaw(event.currentTarget.value);
            try {
              change(JSON.parse(event.currentTarget.value));
            } catch {
              // Not yet whole.
            }
          }}
          {...about}
        />
      );
  }
}

/** A line of text; what is secret is not shown. */
function Line(props: {
  id: string;
  shape: Shape;
  shown: string;
  text: (next: string) => void;
  about: object;
  required: boolean;
}) {
  const { id, shape, shown, text, about, required } = props;
  const same = {
    id,
    required,
    value: shown,
    maxLength: shape.schema.maxLength,
    onInput: (event: { currentTarget: HTMLInputElement }) => text(event.currentTarget.value),
    ...about,
  };
  return shape.schema.format === 'base64' ? (
    <input {...same} type="password" autocomplete="off" />
  ) : (
    <input {...same} type="text" autocomplete="off" dir="auto" />
  );
}
