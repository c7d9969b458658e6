import { z } from 'zod';
import { template } from './quick-reply-schemas.ts';
import { closing, conversation, ownId } from './schemas.ts';

/** What goes in and out of the API about macros; see `schemas.ts`. */

const name = z.string().trim().min(1).max(100);
const note = z.string().trim().min(1).max(4000).optional().meta({ description: 'For colleagues only.' });
const { outcome, disposition } = closing.shape;

const step = z
  .discriminatedUnion('do', [
    z
      .strictObject({
        do: z.literal('reply'),
        text: template.optional(),
        quickReply: z.string().max(64).optional().meta({ description: 'The slug of one for everybody.' }),
      })
      .refine(
        (reply) => (reply.text === undefined) !== (reply.quickReply === undefined),
        'name either a text or a quickReply',
      ),
    z.strictObject({ do: z.literal('note'), text: z.string().trim().min(1).max(4000) }),
    z.strictObject({ do: z.literal('wait') }),
    z.strictObject({ do: z.literal('end') }),
    z
      .strictObject({
        do: z.literal('transfer'),
        queueId: z.string().max(64).optional(),
        agentId: z.string().max(64).optional(),
        note,
      })
      .refine(
        (to) => (to.queueId === undefined) !== (to.agentId === undefined),
        'name either a queueId or an agentId',
      ),
    z.strictObject({ do: z.literal('close'), outcome, disposition, note }),
  ])
  .meta({ id: 'MacroStep', description: 'One thing that an agent does with a conversation.' });

const steps = z
  .array(step)
  .min(1)
  .max(10)
  .check((context) => {
    for (const [n, { do: done }] of context.value.slice(0, -1).entries()) {
      if (done !== 'transfer' && done !== 'close') continue;
      const message = `after a ${done} nothing can follow`;
      context.issues.push({ code: 'custom', path: [n + 1], message, input: context.value });
    }
  })
  .meta({ description: 'Done in order. A `transfer` and a `close` come last.' });

export const macro = z.object({ id: z.string(), name, steps }).meta({ id: 'Macro' });
export const newMacro = z.strictObject({ id: ownId, name, steps }).meta({ id: 'NewMacro' });
export const macroChanges = z.strictObject({ name, steps }).partial().meta({ id: 'MacroChanges' });
export const macroParameters = z.object({ id: z.string(), macroId: z.string() });

const doneStep = z.object({
  step: z.number().int().meta({ description: 'Its place, from 0.' }),
  do: z.string(),
});

export const macroRun = z
  .object({
    done: z.array(doneStep).meta({ description: 'What was done, in order.' }),
    refused: z
      .object({
        ...doneStep.shape,
        code: z.string().meta({ description: 'That of the errors.' }),
        detail: z.string(),
        missing: z
          .array(z.string())
          .optional()
          .meta({ description: 'The names in its text that have no value, where that is why.' }),
      })
      .nullable()
      .meta({ description: 'The step that was refused; it and those after it were not done.' }),
    conversation,
  })
  .meta({ id: 'MacroRun' });

export type Macro = z.output<typeof macro>;
export type MacroRun = z.output<typeof macroRun>;
