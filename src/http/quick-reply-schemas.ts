import { z } from 'zod';
import { isTemplate } from '../conversations/quick-replies.ts';
import { ownId, wholePaging } from './schemas.ts';
import { language } from './workstream-schemas.ts';

/** What goes in and out of the API about quick replies; see `schemas.ts`. */

/** A text for the customer, with `{{name}}` where a value goes. */
export const template = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .refine(isTemplate, 'a {{ must begin a placeholder such as {{customer}} or {{order.number}}');

const tag = z.string().trim().min(1).max(64);

const fields = {
  tags: z.array(tag).max(20).meta({ description: 'Words to find it by.' }),
  queues: z
    .array(z.string().max(64))
    .max(200)
    .meta({ description: 'Ids of the queues that it is meant for; empty = all.' }),
  texts: z
    .record(language, template)
    .refine((texts) => Object.keys(texts).length >= 1, 'write it in one language at least')
    .refine((texts) => Object.keys(texts).length <= 50, 'at most 50 languages')
    .meta({
      description:
        'By language (BCP 47). `{{customer}}`, `{{number}}`, `{{agent}}`, `{{queue}}`, and any name of the handoff’s context.',
    }),
};

export const quickReply = z
  .object({
    slug: z.string(),
    ...fields,
    texts: z.record(z.string(), z.string()),
    personal: z.boolean().meta({ description: 'Your own, which nobody else sees.' }),
  })
  .meta({ id: 'QuickReply' });

export const newQuickReply = z
  .strictObject({
    slug: ownId,
    tags: fields.tags.default([]),
    queues: fields.queues.default([]),
    texts: fields.texts,
    personal: z.boolean().default(false).meta({ description: 'For yourself only.' }),
  })
  .meta({ id: 'NewQuickReply' });

export const quickReplyChanges = z.strictObject(fields).partial().meta({ id: 'QuickReplyChanges' });

export const quickReplyFilter = z.strictObject({
  q: z.string().min(1).max(100).optional().meta({ description: 'Part of its slug, of a tag or of a text.' }),
  tag: z.string().min(1).max(64).optional(),
  queue: z.string().min(1).max(64).optional().meta({ description: 'Those that are meant for it.' }),
  ...wholePaging,
});

export const renderedReply = z
  .object({
    text: z.string(),
    language: z.string(),
    segments: z.number().int().meta({ description: 'What carriers bill.' }),
    encoding: z.enum(['GSM-7', 'UCS-2']),
    offending: z
      .array(z.string())
      .optional()
      .meta({ description: 'With UCS-2: the characters that keep it from being GSM-7.' }),
    missing: z.array(z.string()).meta({ description: 'Names without a value; their places are empty.' }),
  })
  .meta({ id: 'RenderedReply' });

export const slugParameter = z.object({ slug: z.string() });
export const renderParameters = z.object({ id: z.string(), slug: z.string() });

export type QuickReply = z.output<typeof quickReply>;
export type RenderedReply = z.output<typeof renderedReply>;
