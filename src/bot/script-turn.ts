import type { Activity, TurnContext } from 'botbuilder-core';
import type { HandoffRequest, Json, OwnQueue, TurnInput, TurnUnderWay } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { openingTime } from './automated-text.ts';
import { type BotState, collected, type Frame } from './bot-state.ts';
import type { Scope } from './expressions.ts';
import type { Node } from './flow.ts';
import { isVariable } from './script-fields.ts';
import { type SystemTextKey, systemText } from './system-texts.ts';
import { valueAt } from './template.ts';
import type { Texts, Values } from './texts.ts';
import { MOST_STEPS } from './turns.ts';
import { type WallClock, wallClock } from './wall-clock.ts';

const SCRIPT_TURN = Symbol('switchboard.scriptTurn');

const MOST_CLOSED = 3;

/** A multiple of every likely number of texts, so that their order holds. */
const MOST_SAID = 5040;

/** What dialogs need during one turn, and what they want to be sent at its end. */
export class ScriptTurn {
  readonly input: TurnInput;
  readonly state: BotState;
  readonly texts: Texts;
  locale: string;
  /** Nobody is to read the text of this turn, should it answer a question that is for the bot alone. */
  hidesText = false;
  readonly #underWay: TurnUnderWay;
  readonly #log: Pick<Logger, 'warn'> | undefined;
  readonly #said: { text: string; alone: boolean }[] = [];
  #handoff: HandoffRequest | undefined;
  #outcome: string | undefined;
  #survey = false;
  #steps = 0;
  #clock: WallClock | undefined;
  #spent = 0;

  constructor(
    context: TurnContext,
    underWay: TurnUnderWay,
    state: BotState,
    texts: Texts,
    log?: Pick<Logger, 'warn'>,
  ) {
    this.input = underWay.input;
    this.state = state;
    this.texts = texts;
    this.locale = context.activity.locale ?? underWay.input.conversation.locale;
    this.#underWay = underWay;
    this.#log = log;
    context.turnState.set(SCRIPT_TURN, this);
  }

  static of(context: TurnContext): ScriptTurn {
    const turn: unknown = context.turnState.get(SCRIPT_TURN);
    if (!(turn instanceof ScriptTurn)) {
      throw new SwitchboardError('internal', 'A dialog was run outside the bot that it belongs to.');
    }
    return turn;
  }

  /** A line of the log about this turn. Neither numbers nor texts. */
  warn(about: object, line: string): void {
    this.#log?.warn({ ...about, correlationId: this.input.correlationId }, line);
  }

  /** When it happened (milliseconds since 1970): the same again when the turn is run again. */
  get at(): number {
    return this.input.activity.at;
  }

  /** From here on, and in later turns, the customer is answered in `language`. */
  switchTo(language: string): void {
    this.locale = language;
    this.#underWay.locale = language;
  }

  say(text: string, alone = false): void {
    if (text !== '') this.#said.push({ text, alone });
  }

  saySystem(key: SystemTextKey, values?: Values): void {
    this.say(systemText(this.texts, this.locale, key, values));
  }

  handOver(request: HandoffRequest): void {
    this.#handoff = request;
  }

  /** What an agent is to see of what was collected: all of it, or the variables that are named. */
  collected(frame: Frame, names?: readonly string[]): Values {
    if (names === undefined) return collected(this.state);
    const { vars, ...roots } = this.scope(frame);
    const seen = { ...vars, ...roots };
    const named: { [name: string]: Values } = {};
    const own: Values = {};
    for (const name of names) {
      const value = valueAt(seen, name.split('.')) ?? null;
      const [scope = '', key] = name.split('.');
      if (key === undefined) own[name] = value;
      else named[scope] = { ...named[scope], [key]: value };
    }
    return { ...own, ...named };
  }

  /** A branch for a closed queue that leads to the next handoff to one must not go round for ever. */
  get mayHearClosed(): boolean {
    return this.state.unasked < MOST_CLOSED;
  }

  /** Hands over to the queue of the number's workstream, for a reason that no dialog has foreseen. */
  handOverUnforeseen(reason: 'customer_asked' | 'not_understood'): void {
    this.saySystem('handed_over');
    const summary = systemText(this.texts, this.locale, `summary_${reason}`);
    this.handOver({
      queue: null,
      reason,
      summary,
      context: collected(this.state),
      skills: [],
      priority: null,
      unlessClosed: false,
      untakenAfter: null,
    });
  }

  end(outcome: string, survey: boolean): void {
    this.#outcome = outcome;
    this.#survey = survey;
  }

  get isSilent(): boolean {
    return this.#said.length === 0 && this.#handoff === undefined && this.#outcome === undefined;
  }

  /** Counts a step, and gives a number that is the same again when the turn is run again. */
  count(node: Node): number {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) {
      const message = `${node.place}: more than ${MOST_STEPS} steps in one turn. Look for a goto that leads back without a question.`;
      throw new SwitchboardError('bot_failed', message);
    }
    return this.#steps;
  }

  /** Milliseconds that are left of those which the turn may spend waiting for others. */
  patience(all: number): number {
    return all - this.#spent;
  }

  spend(milliseconds: number): void {
    this.#spent += milliseconds;
  }

  /** What expressions and texts of the dialog under way see. */
  scope(frame: Frame): Scope {
    const { conversation } = this.input;
    const clock = () => this.clock;
    return {
      vars: frame.secrets ? { ...frame.vars, ...frame.secrets } : frame.vars,
      user: { ...this.state.user, phone: `+${conversation.customer}` },
      session: {
        ...this.state.shared,
        ...this.state.secrets,
        number: conversation.session,
        language: this.texts.language(this.locale),
        get today() {
          return clock().date;
        },
        get time() {
          return clock().time;
        },
      },
      handoff: this.#handoffScope(),
      channel: { id: conversation.channelId, number: `+${conversation.number}` },
      ...this.#queueScope(),
    };
  }

  #handoffScope(): Values {
    const { opens, ...known } = this.state.handoff;
    return { ...known, opens: this.#written(opens) };
  }

  #queueScope(): Pick<Scope, 'hours' | 'queue'> {
    const { id, isOpen, opens, holiday, waiting } = this.input.queue;
    const written = () => this.#written(opens);
    return {
      hours: {
        open: isOpen,
        get opens() {
          return written();
        },
        holiday,
      },
      queue: { id, waiting },
    };
  }

  #written(opens: OwnQueue['opens']): string | null {
    return opens && openingTime(this.texts.language(this.locale), opens, this.at);
  }

  /** The text of a dialog with the values of its variables, and `more`. */
  text(dialog: string, key: string, frame: Frame, more: Values = {}): string {
    const plain = this.texts.plain(this.locale, dialog, key);
    if (plain !== undefined) return plain;
    const scope = this.scope(frame);
    const values = { ...scope.vars, ...scope, ...more };
    return this.texts.text(this.locale, dialog, key, values, this.input.conversation.timeZone);
  }

  /** The text of a `say`; of several, the one whose turn it is. */
  inTurn(dialog: string, key: string, frame: Frame): string {
    const plain = this.texts.plain(this.locale, dialog, key);
    if (plain !== undefined) return plain;
    const counter = `${dialog}/${key}`;
    const turn = this.state.said[counter] ?? 0;
    const scope = this.scope(frame);
    const values = { ...scope.vars, ...scope };
    const { timeZone } = this.input.conversation;
    const found = this.texts.inTurn(this.locale, dialog, key, turn, values, timeZone);
    if (found === undefined) return this.texts.text(this.locale, dialog, key, values, timeZone);
    this.state.said[counter] = (turn + 1) % MOST_SAID;
    return found;
  }

  /** The time of the turn where the customer is served. Worked out once, and only for those who ask. */
  get clock(): WallClock {
    this.#clock ??= wallClock(this.at, this.input.conversation.timeZone);
    return this.#clock;
  }

  /** Whether a variable has a value. */
  isKnown(frame: Frame, name: string): boolean {
    return (this.value(frame, name) ?? null) !== null;
  }

  value(frame: Frame, name: string): Json | undefined {
    const { holder, key } = this.#placeOf(frame, name);
    return holder.secrets?.[key] ?? holder.vars[key];
  }

  assign(frame: Frame, name: string, value: Json): void {
    const { holder, key } = this.#placeOf(frame, name);
    holder.vars[key] = value;
    if (holder.secrets) delete holder.secrets[key];
  }

  /** Of the session at most: what is known of a customer is kept. */
  assignSecret(frame: Frame, name: string, value: Json): void {
    const { holder, key } = this.#placeOf(frame, name);
    delete holder.vars[key];
    const owner = name.startsWith('session.') ? this.state : frame;
    owner.secrets = { ...holder.secrets, [key]: value };
  }

  #placeOf(frame: Frame, name: string): { holder: { vars: Values; secrets?: Values }; key: string } {
    const key = name.slice(name.indexOf('.') + 1);
    if (name.startsWith('user.')) return { holder: { vars: this.state.user }, key };
    if (!name.startsWith('session.')) return { holder: frame, key };
    const { shared, secrets } = this.state;
    return { holder: secrets ? { vars: shared, secrets } : { vars: shared }, key };
  }

  /** Values that an agent has named. What is no variable's name is left out. */
  assignAll(frame: Frame, values: Values): void {
    for (const [name, value] of Object.entries(values)) if (isVariable(name)) this.assign(frame, name, value);
  }

  /**
   * What leaves at the end of the turn, in order. Texts are joined by a blank line into one message, since separate
   * SMS may overtake each other and each is billed; a text that stands `alone` parts those before it from those after.
   */
  activities(): Partial<Activity>[] {
    const messages: string[][] = [];
    let joining = false;
    for (const { text, alone } of this.#said) {
      const last = messages.at(-1);
      if (last && joining && !alone) last.push(text);
      else messages.push([text]);
      joining = !alone;
    }
    const activities: Partial<Activity>[] = messages.map((texts) => ({
      type: 'message',
      text: texts.join('\n\n'),
      locale: this.locale,
    }));
    if (this.#handoff) {
      const { queue, priority, untakenAfter, ...asked } = this.#handoff;
      const value = {
        ...asked,
        ...(queue === null ? {} : { queue }),
        ...(priority === null ? {} : { priority }),
        ...(untakenAfter === null ? {} : { untakenAfter }),
      };
      activities.push({ type: 'event', name: 'handoff.initiate', value });
    }
    if (this.#outcome !== undefined) {
      const asks = this.#survey ? { value: { survey: true } } : {};
      activities.push({ type: 'endOfConversation', code: this.#outcome, ...asks });
    }
    return activities;
  }
}
