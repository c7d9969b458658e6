import { useT } from '../app-context.ts';
import type { Conversation } from '../model/types.ts';

/** How the customer sounds; nothing where they sound like nothing. */
export function SentimentTag({ sentiment }: Pick<Conversation, 'sentiment'>) {
  const t = useT();
  if (sentiment === 'neutral') return null;
  const isUpset = sentiment === 'negative' || sentiment === 'very_negative';
  return <span class={isUpset ? 'tag urgent' : 'tag'}>{t(`sentiment.${sentiment}`)}</span>;
}
