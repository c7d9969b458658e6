import { z } from 'zod';
import { NUMBER_TYPES } from '../setting-lists.ts';
import { VERDICTS } from '../telesign/verdict.ts';
import { ownId } from './schemas.ts';
import { language } from './workstream-schemas.ts';

/** What goes in and out of the API about channels; see `schemas.ts`. */

const time = z.iso
  .datetime()
  .nullable()
  .meta({ description: 'UTC; null for the channel of the environment.' });

/** Digits of a short code, and of a number with its country code (ITU-T E.164). */
const LENGTHS = { short_code: [3, 8], geo: [7, 15], toll_free: [7, 15] } as const;

const numberFields = {
  number: z.string().max(64).meta({
    description: 'Digits with country code, or a short code, as TeleSign has it.',
    example: '15550109999',
  }),
  type: z.enum(NUMBER_TYPES),
  description: z.string().trim().max(200),
};

const newNumber = z
  .strictObject({
    ...numberFields,
    type: numberFields.type.default('geo'),
    description: numberFields.description.default(''),
  })
  .superRefine(({ number, type }, context) => {
    const message = numberProblem(number, type);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['number'], message });
  });

/** What is wrong with a support number, one thing at a time, so that it can be put right. */
function numberProblem(number: string, type: (typeof NUMBER_TYPES)[number]): string | undefined {
  if (/[+＋]/.test(number)) return 'leave out the +: the country code comes first, in digits';
  if (/\s/.test(number)) return 'leave out the spaces: digits only';
  if (!/^\d*$/.test(number)) return 'digits only: no dashes, brackets, dots or letters';
  const [least, most] = LENGTHS[type];
  if (number.length >= least && number.length <= most) {
    if (number.startsWith('0') && type !== 'short_code')
      return 'begin with the country code, which is never 0';
    return undefined;
  }
  const long = `it has ${number.length} digits`;
  return type === 'short_code'
    ? `${long}: a short code has ${least} to ${most}`
    : `${long}: with its country code a number has ${least} to ${most}; short codes have the type short_code`;
}

const numbers = z
  .array(newNumber)
  .max(200)
  .superRefine((list, context) => {
    for (const [n, { number }] of list.entries()) {
      if (list.findIndex((other) => other.number === number) < n) {
        context.addIssue({ code: 'custom', path: [n, 'number'], message: 'it is in the list already' });
      }
    }
  })
  .meta({ description: 'A number belongs to one channel only.' });

const apiKey = z
  .base64('TeleSign’s API key is base64: copy it whole')
  .min(16, 'TeleSign’s API key is longer: copy it whole')
  .max(500);

const accountFields = {
  name: z.string().trim().min(1).max(100),
  customerId: z
    .string()
    .trim()
    .regex(/^[\w-]{1,64}$/, 'TeleSign’s customer id: letters, digits and dashes'),
  apiUrl: z.string().min(1).max(500).meta({
    description:
      'Full-service accounts: `https://rest-ww.telesign.com`, self-service accounts: `https://rest-api.telesign.com`.',
  }),
  auth: z.enum(['hmac', 'basic']).meta({ description: 'How requests are signed.' }),
};

export const channel = z
  .object({
    id: z.string(),
    ...accountFields,
    provider: z.enum(['telesign']),
    source: z.enum(['api', 'environment']).meta({
      description: '`environment`: what the service’s settings say. It cannot be changed here.',
    }),
    numbers: z.array(z.object(numberFields)),
    hasKey: z.boolean().meta({ description: 'Without one nothing is sent, and callbacks are refused.' }),
    hasPreviousKey: z
      .boolean()
      .meta({ description: 'A key is being rotated: callbacks signed with the old one count.' }),
    callbackUrl: z.string().meta({ description: 'For TeleSign; each channel has its own.' }),
    createdAt: time,
    changedAt: time,
  })
  .meta({ id: 'Channel', description: 'One TeleSign account. Its keys are written, never read back.' });

export const newChannel = z
  .strictObject({
    id: ownId,
    ...accountFields,
    provider: z.enum(['telesign']).default('telesign'),
    apiUrl: accountFields.apiUrl.default('https://rest-ww.telesign.com'),
    auth: accountFields.auth.default('hmac'),
    numbers: numbers.default([]),
    apiKey: apiKey.optional(),
  })
  .meta({ id: 'NewChannel' });

export const channelChanges = z
  .strictObject({
    ...accountFields,
    numbers,
    apiKey: apiKey.meta({
      description: 'The one before it stays as the previous key, for callbacks, until that is taken away.',
    }),
    previousApiKey: z
      .null()
      .meta({ description: 'The rotation is over: callbacks signed with it are refused.' }),
  })
  .partial()
  .meta({ id: 'ChannelChanges' });

export const channelEnd = z.strictObject({
  sessions: z.enum(['close']).optional().meta({
    description:
      '`close`: sessions that are open are closed, with the texts that their workstream sends then.',
  }),
  outcome: z.string().min(1).max(64).default('channel_deleted').meta({ description: 'Of those sessions.' }),
});

export const validation = z.strictObject({
  sendTo: z
    .string()
    .regex(/^[1-9]\d{6,14}$/, 'digits with country code, without + and spaces')
    .optional()
    .meta({
      description: 'A phone that a real text is to be sent to, if the account is good. It may be billed.',
    }),
});

export const verdict = z
  .object({
    verdict: z.enum(VERDICTS).meta({ description: '`good`, or what is wrong.' }),
    code: z.string().nullable().meta({ description: 'TeleSign’s.' }),
    message: z.string().meta({ description: 'What to check.' }),
    sent: z
      .object({
        accepted: z
          .boolean()
          .nullable()
          .meta({ description: 'Null: it is not known whether TeleSign has it.' }),
        code: z.string(),
        message: z.string(),
      })
      .nullable()
      .meta({ description: 'What became of the text that was asked for.' }),
  })
  .meta({ id: 'ChannelVerdict' });

export const mailQuery = z.strictObject({ language: language.optional() });

export const callbackMail = z.object({
  to: z.string(),
  subject: z.string(),
  body: z.string(),
  language: z.string(),
});

export type ChannelView = z.output<typeof channel>;
