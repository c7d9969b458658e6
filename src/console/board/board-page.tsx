import { useT } from '../app-context.ts';
import { useKeys } from '../parts/keys.tsx';
import { goTo } from '../parts/whereabouts.ts';
import { BotFigures } from './bot-figures.tsx';
import { NowBoard } from './now-board.tsx';
import { Reports } from './reports.tsx';

const PARTS = ['now', 'reports', 'bot'] as const;

/** The supervisor's pages: what goes on now, how it went, how the bot does. */
export function BoardPage({ part }: { part: string }) {
  const t = useT();
  const shown = PARTS.find((one) => one === part) ?? 'now';
  useKeys(
    PARTS.map((one, n) => ({ key: `${n + 1}`, label: `board.${one}`, run: () => goTo(`#/board/${one}`) })),
  );
  return (
    <div class="board">
      <nav class="parts" aria-label={t('board.parts')}>
        {PARTS.map((one) => (
          <a key={one} href={`#/board/${one}`} aria-current={one === shown ? 'page' : undefined}>
            {t(`board.${one}`)}
          </a>
        ))}
      </nav>
      {shown === 'now' && <NowBoard />}
      {shown === 'reports' && <Reports />}
      {shown === 'bot' && <BotFigures />}
    </div>
  );
}
