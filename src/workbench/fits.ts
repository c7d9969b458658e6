import type { Json } from '../bot-turn.ts';

/** Whether `got` has all that `wanted` has: a map may have more, all else is the same. */
export function fits(wanted: Json, got: Json | undefined): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === got;
  if (typeof got !== 'object' || got === null) return false;
  if (Array.isArray(wanted) || Array.isArray(got)) {
    if (!Array.isArray(wanted) || !Array.isArray(got) || wanted.length !== got.length) return false;
    return wanted.every((item, n) => fits(item, got[n]));
  }
  return Object.entries(wanted).every(([name, value]) => fits(value, got[name]));
}
