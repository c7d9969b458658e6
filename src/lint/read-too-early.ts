import type { CheckedDialog } from '../bot/check.ts';
import { usesOf } from '../bot/check-texts.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import type { Next } from '../bot/flow.ts';
import type { LocaleFiles } from '../bot/locale-file.ts';
import type { Path, Problem } from '../bot/problems.ts';
import { asksWhetherSet, expressionsOf, readsOf } from '../bot/reads.ts';
import { waysOf } from '../bot/ways.ts';
import { setBy } from './variables.ts';

/**
 * Variables that a step reads though on no way to it anything has set them. That some way sets them is enough: nobody can
 * say which one is taken. An expression that asks whether something is set may come before.
 */
export function* readTooEarly({ dialogs, around }: CheckedSet): Generator<Problem> {
  for (const dialog of dialogs) {
    const before = setBefore(dialog);
    for (const { name, path, id } of readsIn(dialog, around.locales)) {
      const set = before.get(id);
      if (!set || set.has(name) || !dialog.flow.variables.has(name)) continue;
      const reason = `${name} is read here, and nothing that comes before has set it`;
      yield dialog.source.at(path, reason, 'set it before', 'read_too_early');
    }
  }
}

/** By step that can be reached: the variables that some way to it sets. */
function setBefore({ script, flow }: CheckedDialog): Map<string, Set<string>> {
  const before = new Map<string, Set<string>>();
  const open: { next: Next; set: ReadonlySet<string> }[] = [
    { next: flow.first, set: new Set(script.inputs) },
  ];
  for (let way = open.pop(); way; way = open.pop()) {
    const node = typeof way.next === 'string' ? flow.nodes.get(way.next) : undefined;
    if (!node) continue;
    const known = before.get(node.id);
    const all = new Set([...(known ?? []), ...way.set]);
    if (known && all.size === known.size) continue;
    before.set(node.id, all);
    const after = new Set([...all, ...setBy(node)]);
    for (const { next } of waysOf(node)) open.push({ next, set: after });
  }
  return before;
}

interface Read {
  name: string;
  path: Path;
  /** Of the step. */
  id: string;
}

function* readsIn(dialog: CheckedDialog, locales: LocaleFiles): Generator<Read> {
  const { script, flow } = dialog;
  const uses = usesOf(dialog);
  for (const node of flow.nodes.values()) {
    const { id, path } = node;
    for (const { ast } of expressionsOf(node)) {
      if (!ast || asksWhetherSet(ast)) continue;
      for (const [root = '', field] of readsOf(ast))
        yield { name: root === 'vars' ? (field ?? '') : root, path, id };
    }
  }
  for (const { key, path, words } of uses) {
    if (words) continue;
    const named = [...locales.files.values()].flatMap(
      (files) => files.get(script.id)?.entries.get(key)?.placeholders ?? [],
    );
    const id = named.length > 0 ? stepAt(dialog, path) : undefined;
    if (id === undefined) continue;
    for (const placeholder of named) {
      const [root = '', field = ''] = placeholder.split('.');
      yield { name: root === 'vars' ? field : root, path, id };
    }
  }
}

/** The id of the innermost step around a place of the file. */
function stepAt({ flow }: CheckedDialog, place: Path): string | undefined {
  let found: { id: string; path: Path } | undefined;
  for (const node of flow.nodes.values()) {
    const isAround = node.path.every((key, n) => place[n] === key);
    if (isAround && node.path.length >= (found?.path.length ?? 0)) found = node;
  }
  return found?.id;
}
