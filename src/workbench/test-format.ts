import { z } from 'zod';
import type { Path } from '../bot/problems.ts';
import { isVariable } from '../bot/script-fields.ts';

/**
 * The format of a test file. Each entry of a `talk` is one thing that happens or is expected; its kind is the one of
 * `TALK_KINDS` that it holds.
 */

const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/, 'must be a language tag such as en or zh-TW');
const text = z.union([z.string(), z.number().transform(String)]);
/** The same in all languages, or one for each. */
const localText = z.union([text, z.record(language, text)]);
const key = z
  .string()
  .regex(
    /^([A-Za-z0-9_-]+\/)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
    'must be a text key such as menu.order or order-status/question',
  );
const duration = z
  .string()
  .regex(/^\+?([1-9]\d*[smhd])+$/, 'must be a time such as 90s, 10m, 2h, 3d or 1h30m');
const variable = z
  .string()
  .refine(isVariable, 'must be a variable name such as order, user.name or session.topic');

/** What a text must be: all that is given must hold. */
const said = z.strictObject({
  key: z.union([key, z.array(key).min(1)]).optional(),
  text: localText.optional(),
  contains: z.union([localText, z.array(text)]).optional(),
  matches: localText.optional(),
});

const fallen = {
  queue: z.string().optional(),
  reason: z.string().optional(),
  priority: z.number().optional(),
};
const handoff = z.strictObject({
  ...fallen,
  summary: z.union([key, said]).optional(),
  skills: z.array(z.string()).optional(),
  variables: z.record(z.string(), z.json()).optional(),
});

const expected = z.strictObject({
  step: z.string().optional(),
  state: z.enum(['open', 'active', 'waiting', 'wrap_up', 'closed']).optional(),
  handler: z.enum(['bot', 'agent']).optional(),
  outcome: z.string().optional(),
  language: language.optional(),
  variables: z.record(variable, z.json()).optional(),
  handoff: handoff.optional(),
  requested: z.strictObject({ request: z.string(), body: z.json().optional() }).optional(),
  called: z.record(z.string(), z.record(z.string(), z.json())).optional(),
});

const target = z.strictObject({
  dialog: z.string().optional(),
  step: z.string().optional(),
  variables: z.record(z.string(), z.json()).optional(),
});
const agent = z.union([
  z.enum(['claim', 'return', 'wait', 'resume', 'end', 'close']),
  z.strictObject({ say: localText }),
  z.strictObject({ return: target }),
  z.strictObject({ close: z.string() }),
]);

export const KINDS = {
  user: z.strictObject({ user: z.union([z.strictObject({ key }), localText]) }),
  bot: z.strictObject({ bot: z.union([key, z.array(key).min(1), said]) }),
  agent: z.strictObject({ agent }),
  clock: z.strictObject({ clock: duration }),
  receipt: z.strictObject({ receipt: z.enum(['delivered', 'failed']) }),
  telesign: z.strictObject({ telesign: z.enum(['accepts', 'rejects', 'hangs']) }),
  expect: z.strictObject({ expect: expected }),
} as const;

type TalkKind = keyof typeof KINDS;
export const TALK_KINDS = [
  'user',
  'bot',
  'agent',
  'clock',
  'receipt',
  'telesign',
  'expect',
] as const satisfies readonly TalkKind[];

/** What a mocked action or request answers; the first whose `when` fits, and which is not used up. */
const answer = z.strictObject({
  when: z.record(z.string(), z.json()).optional(),
  times: z.number().int().min(1).optional(),
  answer: z.json().optional(),
  error: z.string().optional(),
});

/** What a mocked request of a dialog is answered. In `request` a `*` stands for anything. */
const httpAnswer = z.strictObject({
  request: z
    .string()
    .regex(
      /^(GET|POST|PUT|PATCH|DELETE) \S+$/,
      'must be a method and an address such as GET https://shop.example/*',
    ),
  times: z.number().int().min(1).optional(),
  status: z.number().int().min(100).max(599).optional(),
  body: z.json().optional(),
  error: z.enum(['timeout', 'network', 'refused', 'too_large']).optional(),
});

const setup = {
  languages: z.array(language).min(1).optional(),
  /** The dialog that the workstream begins with; the one with the trigger `start` when it is left out. */
  begins: z.string().min(1).optional(),
  /** ISO 8601: where the clock stands first. */
  at: z.iso.datetime({ offset: true }).optional(),
  /** What the bot knows from earlier sessions: `name` for `user.name`. */
  user: z.record(z.string(), z.json()).optional(),
  actions: z.record(z.string(), z.array(answer).min(1)).optional(),
  http: z.array(httpAnswer).min(1).optional(),
  queues: z.record(z.string(), z.enum(['open', 'closed'])).optional(),
  /** How many others wait in the queue of the number. */
  waiting: z.number().int().min(0).max(1000).optional(),
};

export const fileSchema = z.strictObject({
  dialog: z.string().optional(),
  ...setup,
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        ...setup,
        talk: z.array(z.record(z.string(), z.unknown())).min(1),
      }),
    )
    .min(1, 'must hold at least one test'),
});

/** Every field that a test file has, by what holds it: the reference in docs/dialogs.md names them all. */
export const TEST_FIELDS = {
  file: Object.keys(fileSchema.shape),
  talk: [...TALK_KINDS],
  expect: Object.keys(expected.shape),
  text: Object.keys(said.shape),
  handoff: Object.keys(handoff.shape),
  answer: Object.keys(answer.shape),
  request: Object.keys(httpAnswer.shape),
};

export type Said = z.infer<typeof said>;
export type LocalText = z.infer<typeof localText>;
export type Expected = z.infer<typeof expected>;
export type AgentPart = z.infer<typeof agent>;
export type MockedAnswer = z.infer<typeof answer>;
export type HttpAnswer = z.infer<typeof httpAnswer>;
export type Setup = { [K in keyof typeof setup]?: z.infer<(typeof setup)[K]> };
export type TalkStep = { path: Path; line: number } & z.infer<(typeof KINDS)[TalkKind]>;

/** `1h30m` → 5400000. */
export function millisecondsOf(time: string): number {
  const units: { [unit: string]: number } = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return [...time.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, n, unit = 's']) => sum + Number(n) * (units[unit] ?? 0),
    0,
  );
}
