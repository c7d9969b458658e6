import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useT } from '../app-context.ts';
import { type ApiDocument, readDocument } from './operations.ts';
import type { Fields } from './schema.ts';
import { SectionPage } from './section-page.tsx';
import { SECTIONS } from './sections.ts';

/** The administrator's pages. What the service that answers here does not have is left out. */
export function AdminPage({ part, id }: { part: string; id: string | undefined }) {
  const t = useT();
  const { desk } = useApp();
  const parts = useRef<HTMLElement>(null);
  const [api, setApi] = useState<ApiDocument>();
  useEffect(() => {
    void desk.attempt(async () => setApi(readDocument(await desk.ask<Fields>('GET', '/openapi.json'))));
  }, [desk]);
  const sections = SECTIONS.filter(({ list }) => api?.operations.has(list));
  const section = sections.find((one) => one.part === part) ?? sections[0];
  useLayoutEffect(() => {
    parts.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [section]);
  if (api === undefined) return <p class="splash">{t('app.loading')}</p>;
  return (
    <div class="admin">
      <nav class="parts" ref={parts} aria-label={t('admin.parts')}>
        {sections.map((one) => (
          <a key={one.part} href={`#/admin/${one.part}`} aria-current={one === section ? 'page' : undefined}>
            {t(`admin.${one.part.replace('-', '_')}`)}
          </a>
        ))}
      </nav>
      {section && <SectionPage key={section.part} section={section} api={api} id={id} />}
    </div>
  );
}
