import type { SessionDoc } from '../store/documents.ts';

/** What a report on the bot's steps looks at in a session that has ended. */
export type WalkedSession = Pick<SessionDoc, 'botSteps' | 'locale' | 'stretches'>;

/** How it went on from one step of a dialog, in one language. Counts sessions. */
export interface StepRow {
  dialog: string;
  step: string;
  /** BCP 47; null = no turn of the session got as far. */
  language: string | null;
  /** The bot waited there: for an answer, or for a person who was called. */
  reached: number;
  /** It was the last step, and a person was called from there. */
  handedOver: number;
  /** It was the last step, the bot had not ended the session, and no person was called: the customer wrote no more. */
  left: number;
}

/** Beyond so many different steps, those that come new are not counted: each costs memory for as long as a report lasts. */
const MOST_ROWS = 10_000;

/** The report on these sessions, a session at a time. Rows by dialog, step and language. */
export function createDialogReport(): { add: (session: WalkedSession) => void; rows: () => StepRow[] } {
  const rows = new Map<string, StepRow>();

  function rowOf(place: string, language: string | null): StepRow | undefined {
    const key = `${place} ${language}`;
    const known = rows.get(key);
    if (known || rows.size >= MOST_ROWS) return known;
    const cut = place.indexOf('/');
    const counts = { reached: 0, handedOver: 0, left: 0 };
    const row = { dialog: place.slice(0, cut), step: place.slice(cut + 1), language, ...counts };
    rows.set(key, row);
    return row;
  }

  return {
    add(session) {
      const { botSteps = [], locale = null } = session;
      botSteps.forEach((place, n) => {
        const row = rowOf(place, locale);
        if (!row) return;
        row.reached += 1;
        if (n < botSteps.length - 1) return;
        const end = endOf(session);
        if (end !== 'ended') row[end] += 1;
      });
    },
    rows: () => [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
  };
}

function endOf({ stretches }: WalkedSession): 'handedOver' | 'left' | 'ended' {
  if (stretches.some(({ place }) => place === 'open' || place === 'agent')) return 'handedOver';
  const last = stretches.at(-1);
  return last?.place === 'closed' && last.reason === 'bot_ended' ? 'ended' : 'left';
}
