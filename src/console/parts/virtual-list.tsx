import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows drawn beyond the ones in sight, above and below. */
const BEYOND = 6;

/** A list of rows of one height, of which those in sight are drawn, so that 10,000 cost as much as 20. */
export function VirtualList<T>(props: {
  items: readonly T[];
  /** Pixels. */
  rowHeight: number;
  keyOf: (item: T) => string;
  row: (item: T) => ComponentChildren;
  label: string;
  /** What stands above the rows from one on, in `height` pixels. */
  heading?: { before: number; height: number; text: string };
  onEnd?: () => void;
}) {
  const { items, rowHeight, keyOf, row, label, heading, onEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 900 });
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const measure = () => setSeen({ top: current.scrollTop, height: current.clientHeight });
    const sizes = new ResizeObserver(measure);
    sizes.observe(current);
    current.addEventListener('scroll', measure, { passive: true });
    return () => {
      sizes.disconnect();
      current.removeEventListener('scroll', measure);
    };
  }, []);
  const first = Math.max(Math.floor(seen.top / rowHeight) - BEYOND, 0);
  const last = Math.min(Math.ceil((seen.top + seen.height) / rowHeight) + BEYOND, items.length);
  const headed = heading?.before ?? items.length;
  const more = headed < items.length ? (heading?.height ?? 0) : 0;
  const placeOf = (at: number) => ({
    transform: `translateY(${at * rowHeight + (at > headed ? more : 0)}px)`,
    height: `${rowHeight + (at === headed ? more : 0)}px`,
  });
  useLayoutEffect(() => {
    if (last === items.length && items.length > 0) onEnd?.();
  }, [last, items.length, onEnd]);
  return (
    <div class="virtual" ref={box}>
      <ul aria-label={label} style={{ height: `${items.length * rowHeight + more}px` }}>
        {items.slice(first, last).map((item, n) => (
          <li
            key={keyOf(item)}
            aria-setsize={items.length}
            aria-posinset={first + n + 1}
            style={placeOf(first + n)}
          >
            {headed === first + n && (
              <p class="list-heading" style={{ height: `${more}px` }}>
                {heading?.text}
              </p>
            )}
            {row(item)}
          </li>
        ))}
      </ul>
    </div>
  );
}
