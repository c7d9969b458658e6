import { z } from 'zod';
import { SwitchboardError } from '../../errors.ts';
import { insertOnce } from '../../store/collection.ts';
import type { MacroDoc, MacroStep, Store } from '../../store/documents.ts';
import { runMacro } from '../macro-run.ts';
import { type Macro, macro, macroChanges, macroParameters, macroRun, newMacro } from '../macro-schemas.ts';
import { pageOfAll, placeById } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf, wholeList } from '../schemas.ts';
import { conversationView } from '../views.ts';
import { visibleConversation } from './conversations.ts';
import { EXAMPLE_CONVERSATION } from './examples.ts';

const tag = 'Macros';

const EXAMPLE_MACRO: Macro = {
  id: 'arrives-tomorrow',
  name: 'Arrives tomorrow',
  steps: [
    { do: 'reply', quickReply: 'on-its-way' },
    { do: 'close', outcome: 'resolved', disposition: 'delivery' },
  ],
};

export function macroRoutes(parts: Pick<HttpParts, 'store' | 'settings' | 'desk' | 'now'>): Route[] {
  const { store, now } = parts;
  return [
    route({
      operation: 'listMacros',
      method: 'get',
      path: '/api/macros',
      tag,
      summary: 'All macros',
      request: wholeList,
      answer: {
        status: 200,
        description: 'Every macro, by id.',
        schema: pageOf(macro),
        example: { items: [EXAMPLE_MACRO], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        const page = pageOfAll(await store.macros.find({}).toArray(), placeById, query);
        return { ...page, items: page.items.map(macroView) };
      },
    }),
    route({
      operation: 'createMacro',
      method: 'post',
      path: '/api/macros',
      tag,
      summary: 'Add a macro',
      description: 'What an agent does often, as one step: up to ten, done in order.',
      request: z.object({ body: newMacro }),
      exampleBody: EXAMPLE_MACRO,
      answer: { status: 201, description: 'The macro.', schema: macro, example: EXAMPLE_MACRO },
      errors: ['exists_already'],
      async handle({ body }) {
        const steps = body.steps.map(stepOf);
        await refuseUnknown(store, steps);
        const at = now();
        const made: MacroDoc = { _id: body.id, name: body.name, steps, createdAt: at, changedAt: at };
        if (!(await insertOnce(store.macros, made))) throw new SwitchboardError('exists_already');
        return macroView(made);
      },
    }),
    route({
      operation: 'changeMacro',
      method: 'patch',
      path: '/api/macros/{id}',
      tag,
      summary: 'Change a macro',
      description: '`steps` is replaced as a whole.',
      request: z.object({ params: idParameter, body: macroChanges }),
      exampleBody: { name: 'It arrives tomorrow' },
      answer: { status: 200, description: 'The macro, changed.', schema: macro, example: EXAMPLE_MACRO },
      errors: ['not_found'],
      async handle({ params, body }) {
        const steps = body.steps?.map(stepOf);
        if (steps) await refuseUnknown(store, steps);
        const changed = await store.macros.findOneAndUpdate(
          { _id: params.id },
          {
            $set: {
              ...(body.name === undefined ? {} : { name: body.name }),
              ...(steps === undefined ? {} : { steps }),
              changedAt: now(),
            },
          },
          { returnDocument: 'after' },
        );
        if (!changed) throw unknownMacro();
        return macroView(changed);
      },
    }),
    route({
      operation: 'deleteMacro',
      method: 'delete',
      path: '/api/macros/{id}',
      tag,
      summary: 'Delete a macro',
      request: z.object({ params: idParameter }),
      empty: 'Deleted.',
      errors: ['not_found'],
      async handle({ params }) {
        const { deletedCount } = await store.macros.deleteOne({ _id: params.id });
        if (deletedCount === 0) throw unknownMacro();
        return null;
      },
    }),
    route({
      operation: 'runMacro',
      method: 'post',
      path: '/api/conversations/{id}/macros/{macroId}',
      tag,
      summary: 'Do what a macro says',
      description:
        'Each step takes the same rights as by hand. The first that is refused stops it: `done` says what was done, `refused` which step was not, and why. The texts are made first, and when one lacks a value nothing is done. Send an `Idempotency-Key`: with it, a repetition does nothing twice.',
      request: z.object({ params: macroParameters }),
      answer: {
        status: 200,
        description: 'What was done, also when a step was refused.',
        schema: macroRun,
        example: {
          done: [
            { step: 0, do: 'reply' },
            { step: 1, do: 'close' },
          ],
          refused: null,
          conversation: { ...EXAMPLE_CONVERSATION, state: 'closed', handler: null },
        },
      },
      errors: ['forbidden', 'not_found'],
      async handle({ params }, context) {
        const before = await visibleConversation(store, params.id, context);
        const known = await store.macros.findOne({ _id: params.macroId });
        if (!known) throw unknownMacro();
        const run = await runMacro(parts, known, before, context);
        const after = await store.conversations.findOne({ _id: before._id });
        return { ...run, conversation: conversationView(after ?? before) };
      },
    }),
  ];
}

function macroView({ _id, name, steps }: MacroDoc): Macro {
  return { id: _id, name, steps };
}

/** The schema has seen to it that a reply and a transfer name one of the two. */
function stepOf(step: z.output<typeof newMacro>['steps'][number]): MacroStep {
  switch (step.do) {
    case 'reply':
      return step.text === undefined
        ? { do: 'reply', quickReply: step.quickReply ?? '' }
        : { do: 'reply', text: step.text };
    case 'transfer': {
      const noted = step.note === undefined ? {} : { note: step.note };
      return step.queueId === undefined
        ? { do: 'transfer', agentId: step.agentId ?? '', ...noted }
        : { do: 'transfer', queueId: step.queueId, ...noted };
    }
    case 'close':
      return {
        do: 'close',
        ...(step.outcome === undefined ? {} : { outcome: step.outcome }),
        ...(step.disposition === undefined ? {} : { disposition: step.disposition }),
        ...(step.note === undefined ? {} : { note: step.note }),
      };
    default:
      return step;
  }
}

async function refuseUnknown(
  store: Pick<Store, 'queues' | 'agents' | 'quickReplies'>,
  steps: readonly MacroStep[],
): Promise<void> {
  const problems: { path: string; message: string }[] = [];
  for (const [n, step] of steps.entries()) {
    if ('quickReply' in step) {
      const known = await store.quickReplies.findOne({ _id: step.quickReply });
      if (!known || known.personal !== undefined)
        problems.push({
          path: `body.steps.${n}.quickReply`,
          message: 'There is no such quick reply for everybody.',
        });
    } else if ('queueId' in step && !(await store.queues.findOne({ _id: step.queueId }))) {
      problems.push({ path: `body.steps.${n}.queueId`, message: 'There is no such queue.' });
    } else if ('agentId' in step && !(await store.agents.findOne({ _id: step.agentId }))) {
      problems.push({ path: `body.steps.${n}.agentId`, message: 'There is no such agent.' });
    }
  }
  if (problems.length > 0) throw invalidRequest(problems);
}

function unknownMacro(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such macro.');
}
