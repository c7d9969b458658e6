import { z } from 'zod';
import { RIGHTS } from './rights.ts';
import { paging } from './schemas.ts';

/** What goes in and out of the API about the audit; see `schemas.ts`. */

export const auditEntry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    agentId: z.string().meta({ description: 'Who did it; they may have been deleted since.' }),
    operation: z.string().meta({ description: 'As this document names it.', example: 'closeConversation' }),
    target: z.string().meta({
      description: 'The id of what it was done to; empty where nothing has one, or it is not known.',
    }),
    changes: z
      .array(
        z.object({
          field: z.string().meta({ description: 'With its path.', example: 'settings.times.remind' }),
          value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
        }),
      )
      .meta({
        description: 'What the request said; texts, secrets and what is the customer’s without their values.',
      }),
    refused: z
      .string()
      .nullable()
      .meta({ description: 'The code of the error, where it was tried and nothing was changed.' }),
  })
  .meta({ id: 'AuditEntry' });

export const auditFilter = z.strictObject({
  agent: z.string().max(64).optional(),
  target: z.string().max(400).optional(),
  operation: z.enum([...Object.keys(RIGHTS), 'signIn']).optional(),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'From then on.' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Before then.' }),
  ...paging,
});

export type AuditEntry = z.output<typeof auditEntry>;
