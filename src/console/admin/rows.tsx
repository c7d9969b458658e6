import type { ComponentChildren } from 'preact';
import { useT } from '../app-context.ts';
import { Icon } from '../parts/icons.tsx';

/** Entries of a list, each of which can be taken out; `onAdd` puts another below. */
export function Rows(props: {
  rows: { key: string; field: ComponentChildren; remove: () => void }[];
  onAdd?: () => void;
}) {
  const t = useT();
  return (
    <div class="rows">
      {props.rows.map(({ key, field, remove }) => (
        <div class="rows-one" key={key}>
          {field}
          <button type="button" class="icon" aria-label={t('form.remove', { name: key })} onClick={remove}>
            <Icon name="cross" />
          </button>
        </div>
      ))}
      {props.onAdd && (
        <button type="button" class="small" onClick={props.onAdd}>
          <Icon name="plus" /> {t('form.add')}
        </button>
      )}
    </div>
  );
}
