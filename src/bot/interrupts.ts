import type { DialogContext } from 'botbuilder-dialogs/lib/dialogContext.js';
import type { Frame } from './bot-state.ts';
import type { Node } from './flow.ts';
import { heard, namesOption } from './question.ts';
import { isQuestion } from './question-node.ts';
import type { ScriptDialog } from './script-dialog.ts';
import type { ScriptTurn } from './script-turn.ts';
import { systemText } from './system-texts.ts';
import type { Texts } from './texts.ts';
import type { Triggers } from './triggers.ts';
import { type Command, Commands } from './words.ts';

export interface InterruptParts {
  texts: Texts;
  triggers: Triggers;
  dialogs: ReadonlyMap<string, ScriptDialog>;
  /** The id of the dialog that a session begins with. */
  /** Where the bot begins, or begins anew. */
  startOf: (turn: ScriptTurn) => string;
}

/** What a customer can say at any time, and what it does. */
export class Interrupts {
  readonly #parts: InterruptParts;
  readonly #commands: Commands;

  constructor(parts: InterruptParts) {
    this.#parts = parts;
    this.#commands = new Commands(parts.texts);
  }

  /** Whether a text is a word that means something here, whatever is asked. */
  knows(dc: DialogContext, turn: ScriptTurn, text: string): boolean {
    const { node } = this.#inFront(dc, turn);
    const command = this.#commands.find(text, turn.locale);
    if (node && isQuestion(node) && !node.interrupts) return command === 'person';
    return command !== undefined || this.#parts.triggers.keyword(text, turn.locale) !== undefined;
  }

  /** What a text means before the question in front is asked about it. */
  async find(dc: DialogContext, turn: ScriptTurn, text: string): Promise<Command | undefined> {
    const { node, dialog, frame } = this.#inFront(dc, turn);
    if (node && dialog && frame && namesOption(node, text, dialog.asked(frame, turn))) return undefined;
    const command = this.#commands.find(text, turn.locale);
    // Whatever else a question takes for its answer: nobody is kept from a person.
    if (node && isQuestion(node) && !node.interrupts) return command === 'person' ? command : undefined;
    if (command !== undefined || !this.#commands.wishesPerson(text)) return command;
    // A keyword such as "estate agent" is no wish for a person, nor is what answers the question in front.
    if (this.#parts.triggers.find(text, turn.locale) !== undefined) return undefined;
    return (await this.#answersInFront(dc, turn, text)) ? undefined : 'person';
  }

  /**
   * Any words answer a question for text: "the agent sent me the wrong one". A question for anything else has no say here:
   * "I asked 3 times, get me an agent" holds one.
   */
  async #answersInFront(dc: DialogContext, turn: ScriptTurn, text: string): Promise<boolean> {
    const { node, dialog, frame } = this.#inFront(dc, turn);
    if (!node || !dialog || !frame || !isQuestion(node)) return false;
    if (node.kind === 'ask' && (node.type !== 'text' || node.pattern)) return false;
    return (await heard(node, text, dialog.asked(frame, turn))).kind !== 'miss';
  }

  async obey(dc: DialogContext, turn: ScriptTurn, command: Command): Promise<void> {
    switch (command) {
      case 'person':
        turn.handOverUnforeseen('customer_asked');
        return;
      case 'restart':
        await dc.cancelAllDialogs();
        turn.state.shared = {};
        delete turn.state.secrets;
        break;
      case 'cancel':
        turn.saySystem('cancelled');
        return this.#cancel(dc, turn);
      case 'back':
        if (this.#goBack(dc, turn)) return;
        turn.saySystem('nothing_before');
        break;
      case 'help':
        turn.saySystem('help');
        break;
      case 'language':
        turn.saySystem('which_language', { languages: this.#languages() });
        break;
      default:
        turn.switchTo(command.language);
        turn.saySystem('language_changed');
    }
    await this.#askAgain(dc, turn);
  }

  #languages(): string {
    const { texts } = this.#parts;
    return texts.languages.map((language) => systemText(texts, language, 'language_name')).join(', ');
  }

  /** The question in front once more; the start when there is none. */
  async #askAgain(dc: DialogContext, turn: ScriptTurn): Promise<void> {
    if (dc.activeDialog) await dc.repromptDialog();
    else await dc.beginDialog(this.#parts.startOf(turn));
  }

  /** What came in between ends, and what it came between goes on; without such, all ends and the start begins. */
  async #cancel(dc: DialogContext, turn: ScriptTurn): Promise<void> {
    const { dialogStack } = turn.state;
    const between = dialogStack.findLastIndex((_, n) => {
      const below = dialogStack[n - 1];
      return below !== undefined && this.#node(below)?.kind !== 'call';
    });
    if (between > 0) {
      dc.stack.length = between + 1;
      await dc.endDialog();
      return;
    }
    await dc.cancelAllDialogs();
    await dc.beginDialog(this.#parts.startOf(turn));
  }

  /** Asks the question before the one in front again, also when it is one of the dialog that called; false when there is none. */
  #goBack(dc: DialogContext, turn: ScriptTurn): boolean {
    const { dialogStack } = turn.state;
    for (let n = dialogStack.length - 1; n >= 0; n--) {
      const entry = dialogStack[n];
      const dialog = this.#parts.dialogs.get(entry?.id ?? '');
      if (!entry || !dialog) return false;
      const isInFront = n === dialogStack.length - 1;
      const before = dialog.questionBefore(entry.state, isInFront);
      if (before === undefined) continue;
      dc.stack.length = n + 1;
      dialog.askAt(entry.state, before, turn);
      return true;
    }
    return false;
  }

  #node({ id, state }: { id: string; state: Frame }): Node | undefined {
    return this.#parts.dialogs.get(id)?.script.nodes.get(state.step);
  }

  #inFront(dc: DialogContext, turn: ScriptTurn) {
    const dialog = this.#parts.dialogs.get(dc.activeDialog?.id ?? '');
    const frame = turn.state.dialogStack.at(-1)?.state;
    return { dialog, frame, node: frame && dialog?.script.nodes.get(frame.step) };
  }
}
