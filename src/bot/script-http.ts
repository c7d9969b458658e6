import { z } from 'zod';
import { expression, ID, variable } from './script-fields.ts';

/** The fields of a request to another program, but for its nested steps. */

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const TYPES = ['text', 'number', 'boolean', 'list', 'map'] as const;

export type Method = (typeof METHODS)[number];
export type FieldType = (typeof TYPES)[number];

/** Others are the connection's own. */
const HEADER =
  /^(?!(?:host|connection|content-length|content-type|transfer-encoding|idempotency-key)$)[a-z0-9-]+$/i;

export const responseField = z.strictObject({
  value: expression.describe(
    'Expression over `response.status` and `response.body`, and all that others see.',
  ),
  type: z.enum(TYPES).describe('`text`, `number`, `boolean`, `list` or `map`: anything else is a failure.'),
  optional: z.boolean().optional().describe('`true`: a value that is missing is no failure, and gives null.'),
});

export const httpFields = {
  http: z
    .string()
    .regex(/^https?:\/\/[^\s/{}]+(?:[/?]\S*)?$/, 'must be a URL whose host stands there as it is')
    .describe(
      'The URL, with `{{values}}` after the host. Only hosts in `DIALOG_HTTP_HOSTS` are asked; `http` only at addresses that are listed there.',
    ),
  method: z.enum(METHODS).optional().describe('`GET` when nothing is said, with a `body` `POST`.'),
  headers: z
    .record(z.string().regex(HEADER, 'must be a header that dialogs may set'), z.string())
    .optional()
    .describe('With `{{values}}`; `{{secret.NAME}}` is the setting `DIALOG_SECRET_NAME`.'),
  body: z
    .record(z.string().regex(ID, 'must be a plain name'), expression)
    .optional()
    .describe('Names and expressions: sent as a JSON object.'),
  timeout: z
    .string()
    .regex(/^(?:[1-9]|10)s$/, 'must be 1s to 10s')
    .optional()
    .describe('How long one try may take, `1s` to `10s`; `5s` when nothing is said.'),
  retries: z
    .number()
    .int('must be a whole number')
    .min(0, 'must be 0 to 3')
    .max(3, 'must be 0 to 3')
    .optional()
    .describe(
      'How often it is tried again when there is no answer, or one that says to try later; 1 for `GET`, 0 for others when nothing is said.',
    ),
  response: z
    .record(z.string().regex(ID, 'must be a plain name'), responseField)
    .optional()
    .describe('What is taken of the answer, by name.'),
  as: variable
    .optional()
    .describe('Variable for what is taken of the answer; after a failure, `{ error, status }`.'),
};
