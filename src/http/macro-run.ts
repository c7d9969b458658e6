import { written } from '../conversations/guarded-write.ts';
import type { Reason } from '../conversations/state.ts';
import { SwitchboardError } from '../errors.ts';
import type { ConversationDoc, MacroDoc, MacroStep, Stretch } from '../store/documents.ts';
import { dropDraft } from './drafts.ts';
import type { MacroRun } from './macro-schemas.ts';
import { mentionedIn } from './mentions.ts';
import type { HttpParts } from './parts.ts';
import { problemOf } from './problem.ts';
import { previewOf } from './reply-preview.ts';
import type { Context } from './route.ts';

type Parts = Pick<HttpParts, 'store' | 'settings' | 'desk'>;

/** A step that is ready to be done: the text of a reply is what goes out. */
type ReadyStep = Exclude<MacroStep, { do: 'reply' }> | { do: 'reply'; text: string };

type WithoutValue = { code: 'invalid_request'; detail: string; missing: string[] };

/**
 * Does the steps in order, each as the agent would by hand, and stops at the first that is refused. All texts are made
 * before anything is done: one that lacks a value stops the whole. The keys of the effects come from the request's, so
 * that a repetition after a crash does nothing twice. Rejects with what is no refusal, such as `store_unavailable`.
 */
export async function runMacro(
  parts: Parts,
  macro: MacroDoc,
  conversation: ConversationDoc,
  context: Context,
): Promise<Pick<MacroRun, 'done' | 'refused'>> {
  const done: MacroRun['done'] = [];
  const ready: ReadyStep[] = [];
  const earlier = earlierIn(conversation, context);
  let at = 0;
  try {
    for (; at < macro.steps.length; at++) {
      const step = macro.steps[at];
      if (!step) break;
      const next = await prepared(parts, step, conversation, context);
      if ('missing' in next) return { done, refused: { step: at, do: step.do, ...next } };
      ready.push(next);
    }
    for (at = 0; at < ready.length; at++) {
      const step = ready[at];
      if (!step) break;
      await perform(parts, step, conversation._id, `${context.effectKey}-${at}`, context, earlier);
      done.push({ step: at, do: step.do });
    }
    return { done, refused: null };
  } catch (error) {
    const { status, code, detail } = problemOf(error);
    if (status >= 500) throw error;
    return { done, refused: { step: at, do: macro.steps[at]?.do ?? '', code, detail } };
  }
}

async function prepared(
  parts: Parts,
  step: MacroStep,
  conversation: ConversationDoc,
  { agent }: Context,
): Promise<ReadyStep | WithoutValue> {
  if (step.do !== 'reply') return step;
  const reply = 'text' in step ? step.text : await parts.store.quickReplies.findOne({ _id: step.quickReply });
  if (reply === null) throw new SwitchboardError('not_found', 'There is no such quick reply.');
  const { text, missing } = await previewOf(parts, reply, conversation, agent);
  if (missing.length > 0) {
    const detail = `The text names what has no value: ${missing.join(', ')}.`;
    return { code: 'invalid_request', detail, missing };
  }
  return { do: 'reply', text };
}

async function perform(
  parts: Parts,
  step: ReadyStep,
  id: string,
  key: string,
  { actor }: Context,
  earlier: Earlier | null,
): Promise<void> {
  const { store, desk } = parts;
  if (earlier && (await isDone(parts, step, id, key, earlier))) return;
  if (earlier?.isOver) {
    throw new SwitchboardError('wrong_state', 'The session in which the macro was run is over.');
  }
  switch (step.do) {
    case 'reply':
      await desk.reply(id, actor, { text: step.text, key });
      await dropDraft(store, id, actor.id);
      return;
    case 'note':
      await desk.note(id, actor, { text: step.text, key, ...(await mentionedIn(store, step.text)) });
      return;
    case 'wait':
      await desk.wait(id, actor);
      return;
    case 'end':
      await desk.end(id, actor);
      return;
    case 'transfer': {
      const { do: _, ...to } = step;
      await desk.transfer(id, actor, { ...to, ...(await mentionedIn(store, to.note)), key });
      return;
    }
    case 'close': {
      const { do: _, ...result } = step;
      await desk.close(id, actor, { ...result, ...(await mentionedIn(store, result.note)), key });
      return;
    }
  }
}

/** What attempts at this very run that came before may have done. */
interface Earlier {
  /** Their session has ended since. */
  isOver: boolean;
  /** The moves since the first of them, oldest first. */
  moves: Stretch[];
}

/** Null where this is the first attempt. */
function earlierIn(
  { stretches, sessionStartedAt, createdAt }: ConversationDoc,
  { keyed }: Pick<Context, 'keyed'>,
): Earlier | null {
  if (!keyed?.again) return null;
  return {
    isOver: (sessionStartedAt ?? createdAt) > keyed.since,
    moves: stretches.filter(({ since }) => since >= keyed.since),
  };
}

/**
 * Whether an attempt before this one did the step, as a message under its key says, or may have done it, where none goes
 * with it. It stays done though somebody has moved the conversation since. Takes off `earlier` what the step has made.
 */
async function isDone(
  { store }: Pick<Parts, 'store'>,
  step: ReadyStep,
  id: string,
  key: string,
  earlier: Earlier,
): Promise<boolean> {
  const conversation = await store.conversations.findOne({ _id: id });
  if (!conversation) throw new SwitchboardError('not_found', 'There is no such conversation.');
  if (step.do === 'reply') return (await written(store, conversation, `out:agent:${key}:0`)) !== undefined;
  // It is committed with the move.
  if (step.do === 'note' || ('note' in step && step.note !== undefined))
    return (await written(store, conversation, `note:${key}`)) !== undefined;
  if (earlier.isOver) return true;
  const at = earlier.moves.findIndex((stretch) => isOf(step, stretch));
  if (at < 0) return false;
  earlier.moves.splice(0, at + 1);
  return true;
}

type Moving = Exclude<ReadyStep, { do: 'reply' } | { do: 'note' }>;

const REASONS: Readonly<Record<Moving['do'], ReadonlySet<string>>> = {
  wait: new Set<Reason>(['parked']),
  end: new Set<Reason>(['agent_ended']),
  transfer: new Set<Reason>(['transferred', 'assigned']),
  close: new Set<Reason>(['agent_closed', 'force_closed']),
};

/** Whether the step would have made this move. */
function isOf(step: Moving, { place, reason, queueId, agentId }: Stretch): boolean {
  if (!REASONS[step.do].has(reason)) return false;
  if (step.do !== 'transfer') return true;
  return 'queueId' in step
    ? place === 'open' && queueId === step.queueId
    : place === 'agent' && agentId === step.agentId;
}
