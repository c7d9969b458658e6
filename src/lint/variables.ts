import type { CheckedDialog } from '../bot/check.ts';
import { formsOf, usesOf } from '../bot/check-texts.ts';
import type { CheckedSet } from '../bot/checked-set.ts';
import { BUILT_IN } from '../bot/expressions.ts';
import type { Flow, Node } from '../bot/flow.ts';
import type { LocaleFile } from '../bot/locale-file.ts';
import { instead } from '../bot/nearest.ts';
import type { Problem } from '../bot/problems.ts';
import { expressionsOf, readsOf } from '../bot/reads.ts';

/** What is known of all that dialogs set. */
interface Known {
  /** Of `user` and `session`, by root: what the service and all dialogs set. */
  shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** The fields of what each dialog gives to its caller; undefined when they are not known. */
  results: ReadonlyMap<string, ReadonlySet<string> | undefined>;
}

/** Fields of `user`, `session`, `channel` and of results of calls that nothing sets. */
export function* neverSet({ dialogs, around }: CheckedSet): Generator<Problem> {
  if (!around.complete) return;
  const known = knownOf(dialogs);
  for (const dialog of dialogs) {
    const { script, source, flow } = dialog;
    const fields = fieldsOf(dialog, known);
    for (const node of flow.nodes.values()) {
      for (const { ast } of expressionsOf(node)) {
        for (const read of ast ? readsOf(ast) : []) {
          const lacks = lacking(read, fields);
          if (lacks) yield source.at(node.path, ...lacks, 'never_set');
        }
      }
    }
    const keys = new Set(usesOf(dialog).flatMap(({ key, words }) => (words ? [] : [key])));
    for (const files of around.locales.files.values()) {
      const file = files.get(script.id);
      if (file) yield* neverSetIn(file, keys, fields);
    }
  }
}

function* neverSetIn(file: LocaleFile, keys: ReadonlySet<string>, fields: Fields): Generator<Problem> {
  for (const form of [...keys].flatMap((key) => formsOf(file, key))) {
    for (const placeholder of file.entries.get(form)?.placeholders ?? []) {
      const lacks = lacking(placeholder.split('.'), fields);
      if (lacks) yield file.at(form, ...lacks, 'never_set');
    }
  }
}

/** The fields of those names of which all fields are known. */
type Fields = ReadonlyMap<string, ReadonlySet<string>>;

function lacking([name = '', field]: string[], fields: Fields): [reason: string, remedy: string] | undefined {
  const known = fields.get(name);
  if (field === undefined || known === undefined || known.has(field)) return undefined;
  const remedy = instead(field, known, 'set it before');
  return [`nothing sets ${name}.${field}`, remedy.replace('write ', `write ${name}.`)];
}

function fieldsOf({ flow }: CheckedDialog, { shared, results }: Known): Fields {
  const fields = new Map([...shared, ['vars', flow.variables] as const]);
  for (const name of flow.variables) {
    const setters = settersOf(flow, name);
    const given = setters.map((node) => (node.kind === 'call' ? results.get(node.dialog) : undefined));
    const [result] = given;
    // What else sets it, such as an action, may give it any fields; so may an agent, but only as a whole.
    if (result && given.every((one) => one === result)) fields.set(name, result);
  }
  return fields;
}

function knownOf(dialogs: readonly CheckedDialog[]): Known {
  const shared = new Map(Object.entries(BUILT_IN).map(([root, names]) => [root, new Set<string>(names)]));
  for (const { flow } of dialogs) {
    for (const name of [...flow.nodes.values()].flatMap(setBy)) {
      const [root = '', field] = name.split('.');
      if (field !== undefined) shared.get(root)?.add(field);
    }
  }
  return { shared, results: new Map(dialogs.map(({ script, flow }) => [script.id, resultOf(flow)])) };
}

/** What it returns, and all its variables where it runs out of steps. */
function resultOf({ nodes, variables }: Flow): ReadonlySet<string> | undefined {
  const returned = [...nodes.values()].flatMap((node) => (node.kind === 'return' ? [node.value] : []));
  const names = returned.map((value) => (Array.isArray(value) ? value.map(({ name }) => name) : undefined));
  return names.includes(undefined)
    ? undefined
    : new Set([...variables, ...names.flatMap((one) => one ?? [])]);
}

const knownSetters = new WeakMap<Flow, ReadonlyMap<string, readonly Node[]>>();

/** The steps that set a name. */
export function settersOf(flow: Flow, name: string): readonly Node[] {
  let byName = knownSetters.get(flow);
  if (!byName) {
    const found = new Map<string, Node[]>();
    for (const node of flow.nodes.values()) {
      for (const one of setBy(node)) found.set(one, [...(found.get(one) ?? []), node]);
    }
    byName = found;
    knownSetters.set(flow, byName);
  }
  return byName.get(name) ?? [];
}

/** The names that a step sets, as they are written: `order`, `user.name`. */
export function setBy(node: Node): string[] {
  if (node.kind === 'set') return node.assignments.map(({ name }) => name);
  return 'as' in node && node.as !== undefined ? [node.as] : [];
}
