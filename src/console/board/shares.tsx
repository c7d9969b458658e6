import { useFormats } from '../app-context.ts';

/** How often each came, the most frequent first. */
export function Shares({ of }: { of: readonly { name: string; count: number }[] }) {
  const { number } = useFormats();
  const most = Math.max(1, ...of.map(({ count }) => count));
  return (
    <ul class="shares">
      {of.map(({ name, count }) => (
        <li key={name}>
          <span dir="auto">{name}</span>
          <meter min={0} max={most} value={count} aria-label={name} />
          <span class="n">{number(count)}</span>
        </li>
      ))}
    </ul>
  );
}
