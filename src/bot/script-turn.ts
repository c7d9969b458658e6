import type { Activity, TurnContext } from 'botbuilder-core';
import type { HandoffRequest, Json, TurnInput, TurnUnderWay } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import { type BotState, collected, type Frame } from './bot-state.ts';
import type { Scope } from './expressions.ts';
import type { Node } from './flow.ts';
import { isVariable } from './script.ts';
import { type SystemTextKey, systemText } from './system-texts.ts';
import type { Texts, Values } from './texts.ts';

const SCRIPT_TURN = Symbol('switchboard.scriptTurn');

/** A turn that runs more steps than this without asking anything goes round in circles. */
const MOST_STEPS = 50;

/** What dialogs need during one turn, and what they want to be sent at its end. */
export class ScriptTurn {
  readonly input: TurnInput;
  readonly state: BotState;
  readonly texts: Texts;
  locale: string;
  readonly #underWay: TurnUnderWay;
  readonly #said: { text: string; alone: boolean }[] = [];
  #handoff: HandoffRequest | undefined;
  #outcome: string | undefined;
  #steps = 0;

  constructor(context: TurnContext, underWay: TurnUnderWay, state: BotState, texts: Texts) {
    this.input = underWay.input;
    this.state = state;
    this.texts = texts;
    this.locale = context.activity.locale ?? underWay.input.conversation.locale;
    this.#underWay = underWay;
    context.turnState.set(SCRIPT_TURN, this);
  }

  static of(context: TurnContext): ScriptTurn {
    const turn: unknown = context.turnState.get(SCRIPT_TURN);
    if (!(turn instanceof ScriptTurn)) {
      throw new SwitchboardError('internal', 'A dialog was run outside the bot that it belongs to.');
    }
    return turn;
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

  handOver(request: Omit<HandoffRequest, 'context'>): void {
    this.#handoff = { ...request, context: collected(this.state) };
  }

  /** Hands over to the queue of the number's workstream, for a reason that no dialog has foreseen. */
  handOverUnforeseen(reason: 'customer_asked' | 'not_understood'): void {
    this.saySystem('handed_over');
    const summary = systemText(this.texts, this.locale, `summary_${reason}`);
    this.handOver({ queue: null, reason, summary, untakenAfter: null });
  }

  end(outcome: string): void {
    this.#outcome = outcome;
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

  /** What expressions and texts of the dialog under way see. */
  scope(frame: Frame): Scope {
    const { conversation } = this.input;
    return {
      vars: frame.vars,
      user: { ...this.state.user, phone: `+${conversation.customer}` },
      session: {
        ...this.state.shared,
        number: conversation.session,
        language: this.texts.language(this.locale),
      },
      channel: { id: conversation.channelId, number: `+${conversation.number}` },
    };
  }

  /** The text of a dialog with the values of its variables. */
  text(dialog: string, key: string, frame: Frame): string {
    const plain = this.texts.plain(this.locale, dialog, key);
    if (plain !== undefined) return plain;
    const scope = this.scope(frame);
    return this.texts.text(this.locale, dialog, key, { ...frame.vars, ...scope });
  }

  assign(frame: Frame, name: string, value: Json): void {
    if (name.startsWith('user.')) this.state.user[name.slice('user.'.length)] = value;
    else if (name.startsWith('session.')) this.state.shared[name.slice('session.'.length)] = value;
    else frame.vars[name] = value;
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
      const { queue, untakenAfter, ...asked } = this.#handoff;
      const value = {
        ...asked,
        ...(queue === null ? {} : { queue }),
        ...(untakenAfter === null ? {} : { untakenAfter }),
      };
      activities.push({ type: 'event', name: 'handoff.initiate', value });
    }
    if (this.#outcome !== undefined) activities.push({ type: 'endOfConversation', code: this.#outcome });
    return activities;
  }
}
