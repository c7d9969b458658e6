import { Dialog, type DialogTurnResult } from 'botbuilder-dialogs/lib/dialog.js';
import type { DialogContext } from 'botbuilder-dialogs/lib/dialogContext.js';
import type { Frame } from './bot-state.ts';
import { ScriptTurn } from './script-turn.ts';
import type { Triggers } from './triggers.ts';

/** Begins the dialog that a text calls for, in front of the one with this frame; undefined when it calls for none. */
export async function digress(
  dc: DialogContext,
  frame: Frame,
  text: string,
  triggers: Pick<Triggers, 'find'>,
): Promise<DialogTurnResult | undefined> {
  const called = triggers.find(text, ScriptTurn.of(dc.context).locale);
  if (called === undefined) return undefined;
  const { dialog, vars } = called;
  frame.tries = 0;
  // Under way already: it begins anew where it is, so that digressions cannot pile up.
  const under = dc.stack.findLastIndex(({ id }) => id === dialog);
  if (under < 0) return dc.beginDialog(dialog, { vars });
  dc.stack.length = under + 1;
  return dc.replaceDialog(dialog, { vars });
}

/** To the dialog for those who are not understood, if there is one and it is not under way; else to a person. */
export async function giveUp(
  dc: DialogContext,
  frame: Frame,
  fallback: string | undefined,
): Promise<DialogTurnResult> {
  const turn = ScriptTurn.of(dc.context);
  frame.tries = 0;
  if (fallback !== undefined && !isUnderWay(dc, fallback)) return dc.beginDialog(fallback);
  turn.saySystem('not_understood');
  turn.handOverUnforeseen('not_understood');
  return Dialog.EndOfTurn;
}

/** Whether it is on the stack, in front or not. */
export function isUnderWay(dc: DialogContext, dialog: string): boolean {
  return dc.stack.some(({ id }) => id === dialog);
}
