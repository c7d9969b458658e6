import { written } from '../conversations/guarded-write.ts';
import { SwitchboardError } from '../errors.ts';
import type { ConversationDoc, MacroDoc, MacroStep, MessageDoc, State } from '../store/documents.ts';
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
  let earlier: MessageDoc | undefined;
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
      earlier = await perform(parts, step, conversation._id, `${context.effectKey}-${at}`, context, earlier);
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

/** `earlier` and the answer: a message that an attempt before this one has made, once one is found. */
async function perform(
  { store, desk }: Parts,
  step: ReadyStep,
  id: string,
  key: string,
  { actor }: Context,
  earlier: MessageDoc | undefined,
): Promise<MessageDoc | undefined> {
  const conversation = await store.conversations.findOne({ _id: id });
  if (!conversation) throw new SwitchboardError('not_found', 'There is no such conversation.');
  switch (step.do) {
    case 'reply': {
      // An attempt before this one may have sent it, and then given the conversation away.
      const known = await written(store, conversation, `out:agent:${key}:0`);
      if (known) return known;
      await desk.reply(id, actor, { text: step.text, key });
      await dropDraft(store, id, actor.id);
      return earlier;
    }
    case 'note': {
      const known = await written(store, conversation, `note:${key}`);
      if (known) return known;
      await desk.note(id, actor, { text: step.text, key, ...(await mentionedIn(store, step.text)) });
      return earlier;
    }
    case 'wait':
      if (!isPast('wait', conversation, earlier)) await desk.wait(id, actor);
      return earlier;
    case 'end':
      if (!isPast('end', conversation, earlier)) await desk.end(id, actor);
      return earlier;
    case 'transfer': {
      const { do: _, ...to } = step;
      if (isThere(step, conversation)) return earlier;
      await desk.transfer(id, actor, { ...to, ...(await mentionedIn(store, to.note)), key });
      return earlier;
    }
    case 'close': {
      const { do: _, ...result } = step;
      if (isPast('close', conversation, earlier)) return earlier;
      await desk.close(id, actor, { ...result, ...(await mentionedIn(store, result.note)), key });
      return earlier;
    }
  }
}

const STATES_PAST: Readonly<Record<'wait' | 'end' | 'close', readonly State[]>> = {
  wait: ['waiting', 'wrap_up', 'closed'],
  end: ['wrap_up', 'closed'],
  close: ['closed'],
};

/** In a repetition: an attempt before it came as far, or further, or its session is over by now. */
function isPast(
  step: keyof typeof STATES_PAST,
  { state, session }: ConversationDoc,
  earlier: MessageDoc | undefined,
): boolean {
  return earlier !== undefined && (STATES_PAST[step].includes(state) || earlier.session < session);
}

/** A supervisor may transfer what is not theirs, hence also what is where it was to go. */
function isThere(to: Extract<MacroStep, { do: 'transfer' }>, conversation: ConversationDoc): boolean {
  return 'queueId' in to
    ? conversation.state === 'open' && conversation.queueId === to.queueId
    : conversation.state === 'active' && conversation.agentId === to.agentId;
}
