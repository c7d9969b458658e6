import { openState } from '../bot/bot-state.ts';
import { SYSTEM } from '../bot/system-texts.ts';
import { valueAt } from '../bot/template.ts';
import type { Texts } from '../bot/texts.ts';
import type { Json } from '../bot-turn.ts';
import { describeError } from '../log.ts';
import type { MessageDoc, Store } from '../store/documents.ts';
import { fits } from './fits.ts';
import { createRehearsal, type Rehearsal } from './rehearsal.ts';
import { saidTexts } from './said.ts';
import { isLike, queuesOf, type Stage } from './stage.ts';
import type { DialogTest } from './test-file.ts';
import {
  type AgentPart,
  type Expected,
  type LocalText,
  millisecondsOf,
  type Said,
  type TalkStep,
} from './test-format.ts';

/** What was expected and what came of it, line by line. */
export interface Failure {
  /** Of the step in the test file. */
  line: number;
  /** What had happened last. */
  after: string | undefined;
  expected: string[];
  got: string[];
  /** What else there is to know, such as why the bot failed. */
  notes: string[];
}

/** A Monday, in the morning of Europe and the evening of Asia. */
const STARTS_AT = Date.parse('2026-03-02T10:00:00Z');

/** Plays one test in one language. Null when all is as expected. `dialog` is the one whose keys need no name. */
export async function runTest(
  test: DialogTest,
  language: string,
  dialog: string,
  { stage, store }: { stage: Stage; store: Store },
): Promise<Failure | null> {
  const { setup } = test;
  stage.begin(setup);
  const startsAt = setup.at === undefined ? STARTS_AT : Date.parse(setup.at);
  const queues = queuesOf(stage, startsAt, setup.queues);
  const notes: string[] = [];
  const rehearsal = await createRehearsal({
    store,
    bot: stage.bot,
    words: stage.words,
    language,
    queues: () => queues,
    startsAt,
    waiting: setup.waiting ?? 0,
    ...(setup.begins === undefined ? {} : { settings: { dialog: setup.begins } }),
    ...(setup.user ? { botState: knownOf(setup.user) } : {}),
    lacksQueue: () => notes.push('there is no queue of the name that the dialog gives'),
    botFailed: (error) => notes.push(`the bot failed: ${reasonOf(error)}`),
  });
  const play = new Play(rehearsal, stage, language, dialog);
  const allNotes = () => [
    ...notes,
    ...stage.record.unanswered.map((request) => `the test says nothing of what ${request} answers`),
  ];
  try {
    for (const step of test.talk) {
      const failed = await play.step(step);
      if (failed) return { line: step.line, ...failed, after: play.last, notes: allNotes() };
    }
    const left = play.unexpected();
    return (
      left && { line: test.talk.at(-1)?.line ?? test.line, ...left, after: play.last, notes: allNotes() }
    );
  } finally {
    await rehearsal.clear();
  }
}

type Difference = Pick<Failure, 'expected' | 'got'>;

class Play {
  readonly #rehearsal: Rehearsal;
  readonly #stage: Stage;
  readonly #language: string;
  readonly #dialog: string;
  /** Messages of the bot and of the service itself that no `bot` has spoken of. */
  #heard: MessageDoc[] = [];
  last: string | undefined;

  constructor(rehearsal: Rehearsal, stage: Stage, language: string, dialog: string) {
    this.#rehearsal = rehearsal;
    this.#stage = stage;
    this.#language = language;
    this.#dialog = dialog;
  }

  async step(step: TalkStep): Promise<Difference | null> {
    if ('bot' in step) return this.#bot(step.bot);
    if ('expect' in step) return this.#expect(step.expect);
    const left = this.unexpected();
    if (left) return left;
    this.#stage.forget();
    this.last = shownStep(step);
    try {
      return await this.#happen(step);
    } catch (error) {
      return { expected: ['it is possible'], got: [reasonOf(error)] };
    } finally {
      const heard = await this.#rehearsal.heard();
      this.#heard.push(...heard.filter(({ author }) => author.kind !== 'agent'));
    }
  }

  /** What was said and not expected. */
  unexpected(): Difference | null {
    if (this.#heard.length === 0) return null;
    return { expected: ['(nothing more)'], got: this.#heard.flatMap((message) => this.#keysIn(message)) };
  }

  async #happen(step: Exclude<TalkStep, { bot: unknown } | { expect: unknown }>): Promise<Difference | null> {
    if ('user' in step) await this.#rehearsal.says(this.#userText(step.user));
    else if ('agent' in step) await this.#agent(step.agent);
    else if ('clock' in step) await this.#rehearsal.advance(millisecondsOf(step.clock));
    else if ('telesign' in step) this.#rehearsal.telesign(step.telesign);
    else if (!(await this.#rehearsal.receipt(step.receipt))) {
      return { expected: [`a text that is ${step.receipt}`], got: ['no text has gone out'] };
    }
    return null;
  }

  #agent(part: AgentPart): Promise<void> {
    const { agent } = this.#rehearsal;
    if (typeof part === 'string') return part === 'return' ? agent.return({}) : agent[part]();
    if ('say' in part) return agent.say(this.#local(part.say));
    return 'return' in part ? agent.return(part.return) : agent.close(part.close);
  }

  #userText(user: Extract<TalkStep, { user: unknown }>['user']): string {
    if (typeof user !== 'object' || typeof user.key !== 'string') return this.#local(user);
    const { texts } = this.#stage;
    const [file, key] = keyParts(texts, this.#dialog, user.key);
    return texts.words(this.#language, file, key)[0] ?? texts.text(this.#language, file, key);
  }

  #local(text: LocalText): string {
    if (typeof text === 'string') return text;
    const own = text[this.#language];
    if (own === undefined) throw new Error(`the test has no text for ${this.#language}`);
    return own;
  }

  #bot(wanted: string | string[] | Said): Difference | null {
    const said = typeof wanted === 'string' || Array.isArray(wanted) ? { key: wanted } : wanted;
    const message = this.#heard.shift();
    const expected = this.#shown(said);
    if (!message) return { expected, got: ['(nothing)'] };
    if (this.#isSaid(said, message.text)) return null;
    const onlyKeys = said.key !== undefined && Object.keys(said).length === 1;
    const keys = this.#keysIn(message);
    if (onlyKeys) return { expected, got: keys };
    return { expected, got: [...(said.key === undefined ? [] : keys), ...message.text.split('\n')] };
  }

  #isSaid({ key, text, contains, matches }: Said, got: string): boolean {
    if (key !== undefined) {
      const wanted = this.#keys(key);
      const said = saidTexts(got, this.#stage.record.asked).map((one) => one.key);
      if (wanted.length !== said.length || wanted.some((one, n) => one !== said[n])) return false;
    }
    if (text !== undefined && this.#local(text).trim() !== got.trim()) return false;
    if (matches !== undefined && !new RegExp(this.#local(matches), 'u').test(got)) return false;
    return this.#all(contains).every((part) => got.includes(part));
  }

  #all(contains: Said['contains']): string[] {
    if (contains === undefined) return [];
    return Array.isArray(contains) ? contains : [this.#local(contains)];
  }

  #keys(key: string | string[]): string[] {
    return [key].flat().map((one) => keyParts(this.#stage.texts, this.#dialog, one).join('/'));
  }

  #shown({ key = [], text, contains, matches }: Said): string[] {
    return [
      ...this.#keys(key),
      ...(text === undefined ? [] : this.#local(text).split('\n')),
      ...this.#all(contains).map((part) => `contains "${part}"`),
      ...(matches === undefined ? [] : [`matches ${this.#local(matches)}`]),
    ];
  }

  #keysIn({ text }: MessageDoc): string[] {
    return saidTexts(text, this.#stage.record.asked).map((said) => said.key ?? `"${said.text}"`);
  }

  async #expect(expected: Expected): Promise<Difference | null> {
    const { step, variables = {}, handoff, called = {}, requested, outcome, ...plain } = expected;
    const conversation = await this.#rehearsal.conversation();
    const { state } = openState(conversation?.botState ?? null, conversation?.session ?? 0);
    const wanted: string[] = [];
    const got: string[] = [];
    const compare = (name: string, want: Json, has: Json | undefined) => {
      if (fits(want, has)) return;
      wanted.push(`${name}: ${JSON.stringify(want)}`);
      got.push(`${name}: ${has === undefined ? '(none)' : JSON.stringify(has)}`);
    };
    const { language: _, ...fields } = plain;
    for (const [name, want] of Object.entries(fields)) {
      compare(name, want, name === 'state' ? conversation?.state : conversation?.handler);
    }
    if (plain.language !== undefined) compare('language', plain.language, conversation?.locale);
    if (outcome !== undefined) compare('outcome', outcome, (await this.#rehearsal.session())?.outcome);
    const front = state.dialogStack.at(-1);
    if (step !== undefined) {
      const whole = step.includes('/') ? step : `${this.#dialog}/${step}`;
      compare('step', whole, front && `${front.id}/${front.state.step}`);
    }
    for (const [name, want] of Object.entries(variables)) {
      const [scope, inner = name] = name.includes('.') ? name.split('.', 2) : [undefined];
      const scopes = { user: state.user, session: state.shared };
      const frames = state.dialogStack.map((dialog) => dialog.state.vars).reverse();
      const places = scope === 'user' || scope === 'session' ? [scopes[scope]] : frames;
      compare(name, want, places.find((values) => inner in values)?.[inner]);
    }
    if (handoff) {
      const { summary, variables: context, ...rest } = handoff;
      const { queueId, priority, skills, handoff: info } = conversation ?? {};
      const has = { queue: queueId, reason: info?.reason, priority, skills };
      for (const [name, want] of Object.entries(rest)) {
        compare(`handoff.${name}`, want, Reflect.get(has, name));
      }
      const given: Json = JSON.parse(info?.context ?? '{}');
      for (const [name, want] of Object.entries(context ?? {})) {
        compare(`handoff.variables.${name}`, want, valueAt(given, name.split('.')));
      }
      const said = typeof summary === 'string' ? { key: summary } : summary;
      if (said && !this.#isSaid(said, info?.summary ?? '')) {
        wanted.push(...this.#shown(said).map((line) => `handoff.summary: ${line}`));
        got.push(`handoff.summary: ${info?.summary ?? '(none)'}`);
      }
    }
    for (const [name, want] of Object.entries(called)) {
      const calls = this.#stage.record.called.filter((call) => call.name === name).map(({ input }) => input);
      if (!calls.some((input) => fits(want, input))) compare(`called.${name}`, want, calls);
    }
    if (requested) {
      const { request, body = null } = requested;
      const all = this.#stage.record.requested;
      const made = all.some((one) => isLike(request, one.request) && (body === null || fits(body, one.body)));
      if (!made) compare('requested', requested, all);
    }
    return wanted.length === 0 ? null : { expected: wanted, got };
  }
}

/** `order-status/question` is said in full; a key alone is the dialog's own, or one of the service's texts. */
export function keyParts(texts: Texts, dialog: string, key: string): [file: string, key: string] {
  const [first = '', second] = key.split('/');
  if (second !== undefined) return [first, second];
  return [texts.keys(dialog).has(key) || !texts.keys(SYSTEM).has(key) ? dialog : SYSTEM, key];
}

function knownOf(user: { [name: string]: Json }): string {
  return JSON.stringify({ ...openState(null, 0).state, user });
}

function shownStep(step: TalkStep): string {
  const { line: _, path: __, ...what } = step;
  return Object.entries(what)
    .map(([kind, value]) => `${kind}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join();
}

/** What a person who writes tests can make something of. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(describeError(error));
}
