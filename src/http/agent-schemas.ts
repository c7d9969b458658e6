import { z } from 'zod';
import { isOfProvider } from '../sign-in/provider-id.ts';
import { EXTRA_RIGHTS, PRESENCES, ROLES } from '../store/documents.ts';
import { name, ownId, time, wholePaging } from './schemas.ts';

/** What goes in and out of the API about agents; see `schemas.ts`. */

const expiry = z.iso
  .datetime({ offset: true })
  .meta({ description: 'When the token is to end; without one, when it is taken away.' });

const agentFields = {
  id: ownId,
  name,
  role: z.enum(ROLES),
  queues: z.array(z.string()).max(200).meta({ description: 'Ids of the queues that the agent serves.' }),
  languages: z.array(z.string().min(2).max(35)).max(50).meta({ description: 'BCP 47' }),
  skills: z.array(z.string().min(1).max(64)).max(100),
  capacity: z.number().int().min(1).max(100).meta({ description: 'Units. A push never goes beyond it.' }),
  limits: z.record(ownId, z.number().int().min(0).max(100)).meta({
    description: 'Conversations at a time, by workstream; without one, as many as the capacity allows.',
  }),
  rights: z.array(z.enum(EXTRA_RIGHTS)).max(EXTRA_RIGHTS.length).meta({
    description:
      'Beside those of the role. `secrets`: write API keys and webhooks’ secrets. Only who has it gives it.',
  }),
};
export const presence = z.enum(PRESENCES);

export const agent = z
  .object({
    ...agentFields,
    id: z.string(),
    presence,
    presenceId: z.string().nullable().meta({ description: 'The own presence that was chosen, if one was.' }),
    load: z.number().int().meta({ description: 'Units that the agent’s conversations take up now.' }),
    hasToken: z.boolean().meta({ description: 'False: revoked, or they sign in elsewhere.' }),
    tokenExpiresAt: time
      .nullable()
      .meta({ description: 'When the token ends; null = when it is taken away.' }),
  })
  .meta({ id: 'Agent' });

export const colleague = agent
  .pick({
    id: true,
    name: true,
    presence: true,
    presenceId: true,
    queues: true,
    languages: true,
    skills: true,
  })
  .meta({ id: 'Colleague', description: 'An agent as every other may see them.' });

export const colleagueFilter = z.strictObject({
  queue: z.string().max(64).optional().meta({ description: 'Who serves it.' }),
  ...wholePaging,
});

export const newAgent = z
  .strictObject({
    ...agentFields,
    id: ownId.refine((id) => !isOfProvider(id), 'ids that begin so are for agents of the sign-in provider'),
    role: agentFields.role.default('agent'),
    queues: agentFields.queues.default([]),
    languages: agentFields.languages.default([]),
    skills: agentFields.skills.default([]),
    capacity: agentFields.capacity.default(5),
    limits: agentFields.limits.default({}),
    rights: agentFields.rights.optional(),
    tokenExpiresAt: expiry.optional(),
  })
  .meta({ id: 'NewAgent' });

const { id: _, ...changeableAgentFields } = agentFields;
export const agentChanges = z.strictObject(changeableAgentFields).partial().meta({ id: 'AgentChanges' });

export const tokenRenewal = z.strictObject({ expiresAt: expiry.nullable().default(null) });

export const agentWithToken = z.object({
  agent,
  token: z.string().meta({ description: 'The bearer token. Shown this once: only its hash is kept.' }),
});

export type Agent = z.output<typeof agent>;
export type Colleague = z.output<typeof colleague>;
