import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useFormats, useT } from '../app-context.ts';
import { query } from '../model/api.ts';
import type { T } from '../model/texts.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icons.tsx';
import { useKeys } from '../parts/keys.tsx';
import { goTo } from '../parts/whereabouts.ts';
import { Beside } from './beside.tsx';
import { labelOf } from './labels.ts';
import { type ApiDocument, filled, type Operation } from './operations.ts';
import { type Fields, READ_AT, shapeOf } from './schema.ts';
import { SchemaForm } from './schema-form.tsx';
import { Secret } from './secret.tsx';
import type { Section } from './sections.ts';
import { TryRules } from './try-rules.tsx';

interface Items {
  items: Fields[];
  cursor?: string | null;
}

/** A collection: its list, and forms to add to it and to change what is in it. `new` as id adds. */
export function SectionPage(props: { section: Section; api: ApiDocument; id: string | undefined }) {
  const { section, api, id } = props;
  const t = useT();
  const { desk } = useApp();
  const [found, setFound] = useState<Items>();
  /** The item for which the list was read last. */
  const [readFor, setReadFor] = useState<string>();
  const [secret, setSecret] = useState<string>();
  const [removing, setRemoving] = useState<string>();
  const [edited, setEdited] = useState<Fields>();
  const list = api.operations.get(section.list);
  const create = api.operations.get(section.create ?? '');
  const change = api.operations.get(section.change ?? '');
  const remove = api.operations.get(section.remove ?? '');
  const tryOut = api.operations.get(section.tryOut ?? '');
  const here = `#/admin/${section.part}`;
  const isItem = id !== undefined && id !== 'new';
  const isThere = found !== undefined && (!isItem || readFor === id);
  const inPages = useRef(false);

  const read = useCallback(
    (before: Fields[] = [], cursor?: string) =>
      desk.attempt(async () => {
        if (list === undefined) return false;
        const page = await desk.ask<Items>('GET', `${list.path}${query({ cursor })}`);
        inPages.current = cursor !== undefined || typeof page.cursor === 'string';
        setFound({ ...page, items: [...before, ...page.items] });
        return true;
      }),
    [desk, list],
  );
  useEffect(() => {
    let isLeft = false;
    // A form begins with what is there as it opens. What comes in pages is not read from its start for that.
    const reading = inPages.current ? Promise.resolve(true) : read();
    void reading.then((isRead) => isRead && !isLeft && setReadFor(id));
    return () => {
      isLeft = true;
      setReadFor(undefined);
    };
  }, [read, id]);

  async function save(method: string, path: string, body: Fields) {
    const answer = await desk.ask<Fields>(method, path, body);
    // What is told this once stays until it was put away.
    const told = answer?.token ?? answer?.secret;
    if (typeof told === 'string') setSecret(told);
    desk.toast(t('admin.saved'));
    // One comes back to the list as it is now.
    await read();
    goTo(here);
  }
  function saveChanges({ method, path, body: schema }: Operation, item: Fields, body: Fields) {
    const shape = schema && shapeOf(schema, api.root);
    const isGuarded = shape?.kind === 'fields' && shape.fields.some(([name]) => name === READ_AT);
    const seen = isGuarded ? { [READ_AT]: item[READ_AT] } : {};
    return save(method, filled(path, idOf(item)), { ...body, ...seen });
  }
  async function take(one: string) {
    setRemoving(undefined);
    if (remove === undefined) return;
    await desk.attempt(async () => {
      await desk.ask(remove.method, filled(remove.path, one));
      goTo(here);
      await read();
    });
  }

  useKeys([
    ...(id === undefined && create?.body
      ? [{ key: 'n', label: 'admin.new', run: () => goTo(`${here}/new`) }]
      : []),
    ...(id === undefined ? [] : [{ key: 'Escape', label: 'keys.back', run: () => goTo(here) }]),
  ]);
  const page = useRef<HTMLDivElement>(null);
  const left = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const { current } = page;
    if (current === null) return;
    // To what was opened; back in the list, to what one comes from.
    const back = [...current.querySelectorAll<HTMLElement>('tbody a, a.button')];
    const from = back.find((link) => link.getAttribute('href') === `${here}/${left.current}`);
    if (id !== undefined) current.querySelector('h2')?.focus();
    else if (left.current !== undefined) (from ?? back[0])?.focus();
    left.current = id === undefined ? undefined : encodeURIComponent(id);
  }, [id, isThere, here]);

  const idOf = (item: Fields) => String(item[section.idField]);
  const opened = isItem ? found?.items.find((item) => idOf(item) === id) : undefined;
  if (!isThere) return <p class="splash">{t('app.loading')}</p>;
  return (
    <div class="ready" ref={page}>
      {id === 'new' && create?.body && (
        <section class="editing">
          <h2 tabIndex={-1}>{t('admin.new')}</h2>
          <SchemaForm
            schema={create.body}
            root={api.root}
            label={t('admin.new')}
            submit={(body) => save(create.method, create.path, body)}
            onCancel={() => goTo(here)}
          />
        </section>
      )}
      {opened && (
        <section class="editing">
          <h2 tabIndex={-1}>
            <bdi>{idOf(opened)}</bdi>
          </h2>
          <Beside section={section} item={opened} tellSecret={setSecret} />
          {change?.body && (
            <SchemaForm
              key={idOf(opened)}
              schema={change.body}
              root={api.root}
              before={opened}
              label={idOf(opened)}
              submit={(body, before) => saveChanges(change, before, body)}
              onCancel={() => goTo(here)}
              onEdit={setEdited}
            />
          )}
          {tryOut && (
            <TryRules
              key={`try ${idOf(opened)}`}
              operation={tryOut}
              root={api.root}
              id={idOf(opened)}
              edited={edited}
            />
          )}
          {remove && (
            <button type="button" class="danger" onClick={() => setRemoving(idOf(opened))}>
              {t('admin.remove')}
            </button>
          )}
        </section>
      )}
      {isItem && opened === undefined && typeof found.cursor !== 'string' && (
        <p class="empty" role="alert">
          {t('error.not_found')}
        </p>
      )}
      {id === undefined && create?.body && (
        <a class="button" href={`${here}/new`}>
          <Icon name="plus" /> {t('admin.new')}
        </a>
      )}
      {id === undefined && (
        <List section={section} items={found.items} opens={change !== undefined || remove !== undefined} />
      )}
      {id === undefined && typeof found.cursor === 'string' && (
        <button type="button" onClick={() => void read(found.items, found.cursor ?? undefined)}>
          {t('do.more')}
        </button>
      )}
      {secret !== undefined && <Secret secret={secret} onClose={() => setSecret(undefined)} />}
      {removing !== undefined && (
        <Dialog title={t('admin.remove')} onClose={() => setRemoving(undefined)}>
          <p>{t('admin.sure', { id: removing })}</p>
          <p class="buttons">
            <button type="button" onClick={() => setRemoving(undefined)}>
              {t('do.cancel')}
            </button>
            <button type="button" class="danger" onClick={() => void take(removing)}>
              {t('admin.remove')}
            </button>
          </p>
        </Dialog>
      )}
    </div>
  );
}

function List({ section, items, opens }: { section: Section; items: Fields[]; opens: boolean }) {
  const t = useT();
  const { moment } = useFormats();
  if (items.length === 0) return <p class="empty">{t('admin.none')}</p>;
  const [first = 'id', ...others] = section.columns;
  const shown = (name: string, value: unknown) =>
    (name === 'at' || name === 'since') && typeof value === 'string' ? moment(value) : brief(value, t);
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={t(`admin.${section.part.replace('-', '_')}`)}>
      <table>
        <thead>
          <tr>
            {section.columns.map((name) => (
              <th key={name}>{labelOf(t, name)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => {
            const id = String(item[section.idField]);
            return (
              <tr key={id}>
                <th scope="row">
                  {opens ? (
                    <a href={`#/admin/${section.part}/${encodeURIComponent(id)}`}>
                      {shown(first, item[first])}
                    </a>
                  ) : (
                    shown(first, item[first])
                  )}
                </th>
                {others.map((name) => (
                  <td key={name} dir="auto">
                    {shown(name, item[name])}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Characters of a value in a list. */
const MOST = 90;

/** A value in few words. */
function brief(value: unknown, t: T): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return t(value ? 'form.yes' : 'form.no');
  const text = Array.isArray(value)
    ? value.map((one) => (typeof one === 'object' && one !== null ? briefly(one) : String(one))).join(', ')
    : typeof value === 'object'
      ? Object.keys(value).join(', ')
      : String(value);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

/** The one thing that tells an entry from others. */
function briefly(entry: object): string {
  const [first = ''] = ['number', 'field', 'do', 'name', 'id'].flatMap((name) =>
    Object.entries(entry).flatMap(([key, value]) => (key === name ? [String(value)] : [])),
  );
  return first === '' ? JSON.stringify(entry) : first;
}
