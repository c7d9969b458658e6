import fc from 'fast-check';
import { STEP_KINDS, type StepKind } from '../../src/bot/script.ts';

/** A dialog file as data, whose texts are `TEXTS`. */
export interface AnyDialog {
  id: string;
  triggers: unknown[];
  resume?: string;
  inputs: string[];
  steps: object[];
}

const VARIABLES = ['v0', 'v1', 'v2'];
/** More than one segment holds, with a question: the menu has pages. */
const LABELS = [
  ...['Red', 'Blue', 'Green', 'Yellow', 'Black', 'White', 'A colour that has a very long name'],
  ...['Another one with a name as long', 'Olive', 'Silver', 'Gold', 'None of all that stand here'],
];
/** Of sensitive answers: no text names it, and it is of no use elsewhere. */
const SECRET = 'hidden';

/** Of every dialog, in each language. */
export const TEXTS = {
  t0: 'Hello.',
  t1: 'You said {{v0}} and {{user.name}}.',
  t2: `${'Long. '.repeat(300)}{{v1}}`,
  t3: 'x'.repeat(1700),
  t4: '中文 {{handoff.opens}} {{v2.x}}',
  t5: 'A question?',
  right: 'Is {{value}} right?',
  inTurn: ['One.', 'Two, {{v0}}.', 'Three.'],
  many_one: '{{count}} thing',
  many_other: '{{count}} things',
  red_words: ['rouge', 'rojo'],
  ...Object.fromEntries(LABELS.map((label, n) => [`l${n}`, label])),
};
/** What begins the second dialog and those after it. */
export const wordOf = (dialog: number) => `go to ${dialog}`;

const key: fc.Arbitrary<string> = fc.constantFrom('t0', 't1', 't2', 't3', 't4', 't5');
const variable = fc.constantFrom(...VARIABLES, 'user.name', 'session.topic');
const condition = fc.constantFrom(
  ...['v0 == 1', 'v1 == "red"', 'v2', 'true', 'v2.x == 3', 'session.number > 1', 'handoff.answered'],
  'handoff.outcome == "closed"',
);
const expression = fc.oneof(
  condition,
  fc.constantFrom('1', '2.5', 'null', '"red"', 'v0 + v1', 'user.name', '[1, 2]', '{"x": 3}', 'user.phone'),
);
const optional = <T extends object>(fields: fc.Arbitrary<T>) => fc.oneof(fc.constant({}), fields);
const time = fc.constantFrom('1s', '10m', '2d');
const noReply = fc.record(
  {
    after: time,
    remind: key,
    // biome-ignore lint/suspicious/noThenProperty: the format's own word.
    then: fc.constantFrom([{ say: 't0' }], [{ end: 'gone' }], [{ goto: 0 }]),
  },
  { requiredKeys: ['after', 'remind'] },
);
/** Where a goto leads is known once all questions of the dialog are: a number of one of them. */
const target = fc.nat(20);
const asking = fc
  .tuple(
    optional(fc.record({ retries: fc.integer({ min: 0, max: 3 }) })),
    optional(fc.record({ interrupts: fc.boolean() })),
    optional(fc.record({ onNoReply: noReply })),
    optional(
      fc.record({
        onInvalid: fc.constantFrom<object[]>([], [{ say: 't0' }], [{ end: 'gone' }], [{ goto: 3 }]),
      }),
    ),
  )
  .map(([retries, interrupts, noReplies, invalid]) => ({
    ...retries,
    ...interrupts,
    ...noReplies,
    ...invalid,
  }));

const say = fc.record({ say: fc.oneof(key, fc.constant('inTurn')), alone: fc.boolean() });
const plural = fc.constant({
  if: 'true',
  // biome-ignore lint/suspicious/noThenProperty: the format's own word.
  then: [{ set: { count: 'session.number' } }, { say: 'many' }],
});
const set = fc.record({ set: fc.dictionary(variable, expression, { minKeys: 1, maxKeys: 2 }) });
const ask = fc
  .tuple(
    fc.record({
      ask: key,
      as: variable,
      skipIfKnown: fc.boolean(),
    }),
    fc.oneof(
      fc.record({
        type: fc.constantFrom('text', 'number', 'integer', 'date', 'time', 'phone', 'email', 'yesno'),
      }),
      fc.constant({ type: 'money', currency: 'USD' }),
      fc.constant({ pattern: '[a-z]{2}-?[0-9]{1,4}' }),
    ),
    optional(
      fc.oneof(
        fc.constant({ sensitive: true, as: SECRET }),
        fc.constant({ confirm: 'right' }),
        fc.record({
          validate: fc.constantFrom(
            [{ that: '[value].size() == 1 && v0 != 1', say: 'right' }],
            [
              { that: 'true', say: 't0' },
              { that: 'session.number > 1', say: 'right' },
            ],
          ),
        }),
      ),
    ),
    asking,
  )
  .map(([fields, type, special, more]) => ({ ...fields, ...type, ...special, ...more }));
const confirm = fc
  .tuple(fc.record({ confirm: key, as: variable, yes: target, no: target }), asking)
  .map(([fields, more]) => ({ ...fields, ...more }));
const choice = fc
  .tuple(
    fc.integer({ min: 2, max: LABELS.length }),
    key,
    variable,
    fc.array(fc.oneof(fc.constant({}), fc.record({ goto: target })), { maxLength: 6 }),
    asking,
  )
  .map(([count, question, as, ways, more]) => ({
    choice: question,
    as,
    options: LABELS.slice(0, count).map((label, n) => ({
      ...{ value: label.toLowerCase(), label: `l${n}` },
      ...(n === 0 ? { words: 'red_words' } : {}),
      ...ways[n],
    })),
    ...more,
  }));
const action = fc.record({
  ...{ action: fc.constant('act'), input: fc.constant({ v: 'v0' }), as: variable },
  timeout: fc.constantFrom('1s', '15s'),
});
const end = fc.record({ end: fc.constant('done'), survey: fc.boolean() });

const request = fc.constantFrom<object>(
  { http: 'https://api.example.com/{{v0}}' },
  { http: 'https://api.example.com/{{v0}}', method: 'DELETE', timeout: '1s', retries: 2 },
  { http: 'https://api.example.com/?q={{user.name}}', body: { v: 'v0' }, headers: { 'X-Sent': '{{v1}}' } },
);
const response = fc.constant({ x: { value: 'response.body.x', type: 'number' } });

const { steps } = fc.letrec<{ steps: object[]; step: object; quiet: object[] }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 4 }),
  /** What may stand where the conversation waits for an agent. */
  quiet: fc.array(
    fc.oneof(
      say,
      set,
      action,
      end,
      fc.tuple(request, response).map(([to, taken]) => ({ ...to, response: taken, as: 'v1', onError: [] })),
      // biome-ignore lint/suspicious/noThenProperty: the format's own word.
      fc.record({ if: condition, then: fc.constant([{ say: 't0' }]), else: fc.constant([{ end: 'gone' }]) }),
    ),
    { maxLength: 2 },
  ),
  step: fc.oneof(
    { depthSize: 'small' },
    say,
    plural,
    set,
    ask,
    choice,
    confirm,
    fc.record({ wait: time }),
    action,
    end,
    fc.record({ goto: target }),
    fc.record({ call: target, with: fc.constant({ v0: 'v1' }), as: variable }),
    fc.record({ return: fc.oneof(expression, fc.constant({ x: 'v0' })) }),
    // biome-ignore lint/suspicious/noThenProperty: the format's own word.
    fc.record({ if: condition, then: tie('steps'), else: tie('steps') }),
    fc.record({
      switch: expression,
      cases: fc.record({ red: tie('steps'), 1: tie('steps'), true: tie('steps') }),
      else: tie('steps'),
    }),
    fc
      .tuple(request, fc.record({ response, as: variable, onError: tie('steps') }))
      .map(([to, more]) => ({ ...to, ...more })),
    fc.record(
      {
        handoff: fc.constant('support'),
        reason: fc.constant('asked'),
        summary: key,
        queue: fc.constantFrom('"vip"', 'user.name', 'v2.x == 3 ? "vip" : "support"'),
        skills: fc.constant(['vip']),
        context: fc.constant(['v0', 'user.name', 'session.topic']),
        priority: expression.filter((text) => !/==|>|true|null|"red"|\[|\{/.test(text)),
        on: fc.record(
          {
            untaken: fc.record({ after: time, do: tie('quiet') }),
            returned: tie('steps'),
            cancelled: tie('steps'),
            closed: tie('steps'),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['handoff', 'reason', 'summary', 'on'] },
    ),
  ),
}));

/** What a map is a step of, if it is one: an option or a check is none. */
export function kindOf(map: Record<string, unknown>): StepKind | undefined {
  return 'that' in map || 'label' in map ? undefined : STEP_KINDS.find((kind) => kind in map);
}

const WAITING = ['ask', 'choice', 'confirm', 'wait', 'handoff'];

/** All maps within a value, at any depth: among others the steps of dialogs. */
export function* mapsWithin(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const part of Object.values(value)) yield* mapsWithin(part);
}

/** Gives ids to the steps that wait, and leads gotos to them and calls to later dialogs, as the checks want it. */
function finished(drawn: object[], index: number, count: number): object[] {
  // Not a structured clone: what was drawn twice would be one step in two places.
  const own: object[] = JSON.parse(JSON.stringify(drawn));
  const waiting = [...mapsWithin(own)].filter((map) => WAITING.some((kind) => kind in map));
  waiting.forEach((map, n) => {
    map.id = `w${n}`;
  });
  // Others have one too, but not all: those made for them are to be tried as well.
  [...mapsWithin(own)].forEach((map, n) => {
    if (n % 2 === 0 && map.id === undefined && kindOf(map) !== undefined) map.id = `s${n}`;
  });
  const idOf = (n: unknown) => `w${Number(n) % waiting.length}`;
  for (const map of mapsWithin(own)) {
    if (kindOf(map) === 'confirm') Object.assign(map, { yes: idOf(map.yes), no: idOf(map.no) });
    if ('goto' in map && waiting.length > 0) map.goto = idOf(map.goto);
    else if ('label' in map) delete map.goto;
    else if ('goto' in map) turnInto(map, { say: 't0' });
    if (!('call' in map)) continue;
    const later = count - index - 1;
    if (later > 0) map.call = `d${index + 1 + (Number(map.call) % later)}`;
    else turnInto(map, { say: 't0' });
  }
  return own.length > 0 ? own : [{ say: 't0' }];
}

function turnInto(map: Record<string, unknown>, step: object): void {
  for (const name of Object.keys(map)) delete map[name];
  Object.assign(map, step);
}

const special = fc.subarray(['fallback', 'returned', 'undelivered', 'silence', 'pattern']);

/** A set of one to four dialogs of every kind of step. Most pass the checks of a set; those that do not are for the caller. */
export const anyDialogs: fc.Arbitrary<AnyDialog[]> = fc
  .tuple(fc.array(steps, { minLength: 1, maxLength: 4 }), special)
  .map(([all, kinds]) =>
    all.map((drawn, index) => ({
      id: `d${index}`,
      triggers: [
        ...(index === 0 ? ['start'] : [{ keywords: 'words' }]),
        ...(index > 0 && index === all.length - 1
          ? kinds.map((kind) => {
              if (kind === 'returned' || kind === 'undelivered') return { event: kind };
              if (kind === 'silence') return { silence: '1h' };
              return kind === 'pattern' ? { pattern: '^#(?<v0>[0-9]{1,5})$' } : kind;
            })
          : []),
      ],
      inputs: VARIABLES,
      ...(index % 2 === 1 ? { resume: 't4' } : {}),
      steps: finished(drawn, index, all.length),
    })),
  );
