import { isDeepStrictEqual } from 'node:util';
import { type Configuration, invalid, problemsOf } from './configuration-file.ts';
import { type Item, SECTIONS, type Section } from './sections.ts';

/** What there is now: each item as the API shows it. */
export type Current = ReadonlyMap<Section, readonly Item[]>;

/** One request of an apply. */
export interface Step {
  section: Section;
  key: string;
  kind: 'create' | 'change';
  /** Where it goes, and with what. */
  path: string;
  body: Item;
}

export interface Plan {
  steps: Step[];
  /** For people: what differs, a line each. */
  lines: string[];
  /** Items of the file that are there just so. */
  unchanged: number;
}

/**
 * What it takes to make the service what the file says. What the file does not name stays; of a field that it names, the
 * whole is compared, but for the settings of a workstream, of which each part. So applying twice changes nothing.
 * Throws `configuration_invalid` for something new that lacks a field.
 */
export function planOf(wanted: Configuration, current: Current): Plan {
  const plan: Plan = { steps: [], lines: [], unchanged: 0 };
  const problems: { path: string; message: string }[] = [];
  for (const section of SECTIONS) {
    const later: Step[] = [];
    for (const [n, item] of (wanted.get(section) ?? []).entries()) {
      const key = String(item[section.key]);
      const { naming } = section;
      const there = current
        .get(section)
        ?.find((one) => (naming ? naming.isMeant(one, key) : one[section.key] === key));
      const label = `${section.name}/${naming?.shown(key) ?? key}`;
      const leftOut = naming?.leftOut(key, there);
      const notes = leftOut === undefined ? [] : [`    ${leftOut}`];
      if (!there) {
        const fresh = naming ? { ...item, [section.key]: naming.toMake(key) } : item;
        const made = section.create.safeParse(fresh);
        if (!made.success) {
          problems.push(...problemsOf(made.error, `${section.name}.${n}`));
          continue;
        }
        plan.lines.push(`+ ${label}`, ...notes);
        const postponed = pick(fresh, section.later);
        plan.steps.push({
          section,
          key,
          kind: 'create',
          path: section.path,
          body: without(fresh, section.later),
        });
        if (Object.keys(postponed).length > 0) {
          later.push({ section, key, kind: 'change', path: pathOf(section, key, item), body: postponed });
        }
        continue;
      }
      const differing = differences(section, item, there);
      if (differing.length === 0) {
        plan.unchanged += 1;
        if (notes.length > 0) plan.lines.push(`= ${label}`, ...notes);
        continue;
      }
      plan.lines.push(`~ ${label}`, ...notes);
      for (const { path, before, after } of differing) {
        plan.lines.push(`    ${path.join('.')}: ${shown(before)} → ${shown(after)}`);
      }
      const body = bodyOf(differing);
      const now = without(body, section.later);
      const path = pathOf(section, key, there);
      if (Object.keys(now).length > 0) plan.steps.push({ section, key, kind: 'change', path, body: now });
      const postponed = pick(body, section.later);
      if (Object.keys(postponed).length > 0)
        later.push({ section, key, kind: 'change', path, body: postponed });
    }
    plan.steps.push(...later);
  }
  if (problems.length > 0) throw invalid(problems);
  return plan;
}

interface Difference {
  path: string[];
  before: unknown;
  after: unknown;
}

function differences({ key, merged }: Section, wanted: Item, there: Item): Difference[] {
  return Object.entries(wanted).flatMap(([field, after]) => {
    if (field === key || after === undefined) return [];
    return differing([field], there[field], after, field === merged ? MERGED_DEPTH : 0);
  });
}

/** `settings` → a part → a field, or a message → its fields: deeper, things are replaced whole. */
const MERGED_DEPTH = 3;

function differing(path: string[], before: unknown, after: unknown, depth: number): Difference[] {
  const plain = JSON.stringify(after) === undefined ? undefined : JSON.parse(JSON.stringify(after));
  if (isDeepStrictEqual(before, plain)) return [];
  if (depth === 0 || !isRecord(before) || !isRecord(plain)) return [{ path, before, after: plain }];
  return Object.entries(plain).flatMap(([name, value]) =>
    differing([...path, name], before[name], value, depth - 1),
  );
}

function bodyOf(found: readonly Difference[]): Item {
  const body: Item = {};
  for (const { path, after } of found) {
    let at = body;
    for (const name of path.slice(0, -1)) {
      const next = at[name];
      const inner: Item = isRecord(next) ? next : {};
      at[name] = inner;
      at = inner;
    }
    const last = path.at(-1);
    if (last !== undefined) at[last] = after;
  }
  return body;
}

function pathOf(section: Section, key: string, there: Item): string {
  const id = typeof there.id === 'string' ? there.id : key;
  return `${section.path}/${encodeURIComponent(id)}`;
}

const LONGEST = 120;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function isRecord(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pick(item: Item, fields: readonly string[]): Item {
  return Object.fromEntries(Object.entries(item).filter(([field]) => fields.includes(field)));
}

function without(item: Item, fields: readonly string[]): Item {
  return Object.fromEntries(Object.entries(item).filter(([field]) => !fields.includes(field)));
}
