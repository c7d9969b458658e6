import { formProblems } from './check-forms.ts';
import { secretProblems } from './check-secrets.ts';
import { textProblems } from './check-texts.ts';
import { turnProblems } from './check-turns.ts';
import { wordProblems } from './check-words.ts';
import type { Flow, Node } from './flow.ts';
import type { LocaleFiles } from './locale-file.ts';
import { instead } from './nearest.ts';
import type { Problem, Source } from './problems.ts';
import type { Script } from './script.ts';
import { EVENTS, type Trigger } from './script-trigger.ts';
import { CONSOLE, SYSTEM } from './system-texts.ts';

/** One dialog file, well formed and laid out. */
export interface CheckedDialog {
  source: Source;
  script: Script;
  flow: Flow;
}

export interface Surroundings {
  locales: LocaleFiles;
  /** As messages name it. */
  localesDir: string;
  defaultLanguage: string;
  actionNames: ReadonlySet<string>;
  /** False when a dialog file could not be read: then one that is not there may be the one that is meant. */
  complete: boolean;
}

/** Mistakes that only show between files: dialogs that call each other, and their texts in every language. */
export function checkTogether(dialogs: readonly CheckedDialog[], around: Surroundings): Problem[] {
  return [
    ...idProblems(dialogs),
    ...triggerProblems(dialogs, around.complete),
    ...callProblems(dialogs, around.complete),
    ...dialogs.flatMap((dialog) => [...actionProblems(dialog, around.actionNames)]),
    ...turnProblems(dialogs),
    ...textProblems(dialogs, around),
    ...wordProblems(dialogs, around.locales),
    ...formProblems(dialogs, around.locales),
    ...secretProblems(dialogs, around.locales),
  ];
}

function* idProblems(dialogs: readonly CheckedDialog[]): Generator<Problem> {
  const files = new Map<string, string>();
  for (const { source, script } of dialogs) {
    const other = files.get(script.id);
    if (script.id === SYSTEM || script.id === CONSOLE) {
      const reason = `"${script.id}" is the name of the locale file with the service’s own texts`;
      yield source.at(['id'], reason, 'rename it', 'reserved_name');
    } else if (other !== undefined) {
      yield source.at(
        ['id'],
        `${other} has the id "${script.id}" too`,
        'rename one of the dialogs',
        'duplicate_id',
      );
    }
    files.set(script.id, source.file);
  }
}

/** What no two dialogs may begin with. */
function onlyOneOf(trigger: Trigger): string | undefined {
  if (typeof trigger === 'string') return trigger;
  if ('event' in trigger) return trigger.event;
  return 'silence' in trigger ? 'silence' : undefined;
}

function* triggerProblems(dialogs: readonly CheckedDialog[], complete: boolean): Generator<Problem> {
  for (const trigger of ['start', 'fallback', ...EVENTS, 'silence'] as const) {
    const having = dialogs.filter(({ script: { triggers = [] } }) =>
      triggers.some((one) => onlyOneOf(one) === trigger),
    );
    for (const { source } of having.slice(1)) {
      const reason = `${having[0]?.source.file} has the trigger "${trigger}" too`;
      yield source.at(['triggers'], reason, 'leave it to one dialog', 'trigger');
    }
    const [first] = dialogs;
    if (trigger === 'start' && having.length === 0 && first && complete) {
      const remedy = 'add triggers: [start] to the dialog that begins a conversation';
      yield first.source.at([], 'no dialog has the trigger "start"', remedy, 'trigger');
    }
  }
}

function* callProblems(dialogs: readonly CheckedDialog[], complete: boolean): Generator<Problem> {
  const calls = new Map(dialogs.map(({ script, flow }) => [script.id, callsOf(flow)]));
  for (const { script, source, flow } of dialogs) {
    for (const node of callsOf(flow)) {
      const path = [...node.path, 'call'];
      if (!calls.has(node.dialog)) {
        if (complete)
          yield source.at(
            path,
            `there is no dialog "${node.dialog}"`,
            instead(node.dialog, calls.keys(), 'add it'),
            'unknown_dialog',
          );
        continue;
      }
      yield* inputProblems(source, node, dialogs);
      const way = wayTo(node.dialog, script.id, calls);
      if (way) {
        const reason = `a call must come back, and this one goes in a circle: ${[script.id, ...way].join(' → ')}`;
        yield source.at(
          path,
          reason,
          'let the called dialog run out of steps: then its caller goes on',
          'call_circle',
        );
      }
    }
  }
}

function* inputProblems(source: Source, call: Call, dialogs: readonly CheckedDialog[]): Generator<Problem> {
  const { inputs = [] } = dialogs.find(({ script }) => script.id === call.dialog)?.script ?? {};
  for (const { name } of call.with) {
    if (inputs.includes(name)) continue;
    const reason = `the dialog ${call.dialog} takes no "${name}"`;
    const remedy = instead(name, inputs, 'add it to the inputs of that dialog');
    yield source.atKey([...call.path, 'with'], name, reason, remedy, 'unknown_variable');
  }
}

type Call = Extract<Node, { kind: 'call' }>;

function callsOf(flow: Flow): Call[] {
  return [...flow.nodes.values()].filter((node): node is Call => node.kind === 'call');
}

function wayTo(
  from: string,
  to: string,
  calls: Map<string, Call[]>,
  seen = new Set<string>(),
): string[] | undefined {
  if (from === to) return [from];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const { dialog } of calls.get(from) ?? []) {
    const rest = wayTo(dialog, to, calls, seen);
    if (rest) return [from, ...rest];
  }
  return undefined;
}

function* actionProblems({ source, flow }: CheckedDialog, names: ReadonlySet<string>): Generator<Problem> {
  for (const node of flow.nodes.values()) {
    if (node.kind !== 'action' || names.has(node.action)) continue;
    const remedy = instead(node.action, names, 'pass it to createApp in `actions`');
    yield source.at(
      [...node.path, 'action'],
      `the program has no action "${node.action}"`,
      remedy,
      'unknown_action',
    );
  }
}
