import { z } from 'zod';
import { SwitchboardError } from '../errors.ts';
import { type Media, readContent, words } from './mms-content.ts';
import { parseMoment } from './moment.ts';
import { statusMeaning } from './status.ts';
import { normaliseText } from './text.ts';

/** A customer's text. Numbers are digits with country code. */
export interface InboundCallback {
  kind: 'inbound';
  /** TeleSign's id of the text, in upper case. The same id is the same text, delivered again. */
  referenceId: string;
  /** The customer. */
  from: string;
  /** The support number. */
  to: string;
  /** Normalised; may be empty. Of an MMS: its words, then a sign such as 📷 for each thing that came along. */
  text: string;
  /** Milliseconds: when TeleSign took it in. Null when it does not say, or names a moment that cannot be. */
  submittedAt: number | null;
  /** What TeleSign made of the text, where the account has that switched on, and where the pictures of an MMS are. */
  provider: { action?: string; keyword?: string; country?: string; price?: string; media?: Media[] };
}

/** A delivery report. */
export interface ReceiptCallback {
  kind: 'receipt';
  referenceId: string;
  /** Ours, as it went out with the text. */
  externalId: string | null;
  /** See `status.ts`. */
  code: number;
  /** Our words for the code. */
  description: string;
  /** Milliseconds. */
  updatedAt: number | null;
  details: { mcc?: string; mnc?: string; price?: string; currency?: string; parts?: number };
}

/** Something of TeleSign's that this service has no use for, such as an email. It is answered like the rest. */
export interface OtherCallback {
  kind: 'other';
  subResource: string;
  referenceId: string | null;
}

/**
 * An MMS of which nobody can tell whose conversation it belongs to. TeleSign would bring the same again and again, so it
 * is answered; but it is lost, and an operator has to hear of each.
 */
export interface UnplacedCallback {
  kind: 'unplaced';
  referenceId: string;
}

export type Callback = InboundCallback | ReceiptCallback | OtherCallback | UnplacedCallback;

/** TeleSign writes some numbers as strings and some strings as numbers, from one page of its guide to the next. */
const scalar = z.union([z.string().max(200), z.number()]).transform(String);

/** An extra: wrong or missing, it must not cost the text or the receipt that it came with. */
const extra = scalar.optional().catch(undefined);

const phoneNumber = scalar
  .transform((value) => value.replace(/[\s+().-]/g, ''))
  .pipe(z.string().regex(/^\d{3,20}$/));

/** TeleSign documents 32 hexadecimal characters. Any plain token will do; it becomes part of a document's `_id`. */
const referenceId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .toUpperCase();

/** Reads a moment, or null: never a reason to refuse, since TeleSign's own examples name a 31st of November. */
const moment = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? parseMoment(value) : null));

const statusCode = z
  .union([z.number(), z.string().regex(/^\d{1,6}$/)])
  .pipe(z.coerce.number<number | string>().int());

const envelope = z.object({
  sub_resource: z.string().max(64).nullish(),
  user_response: z.unknown().optional(),
});

const inbound = z.object({
  reference_id: referenceId,
  submit_timestamp: moment,
  user_response: z.object({
    phone_number: phoneNumber,
    sender_id: phoneNumber,
    mo_message: words.nullish(),
    action: extra,
    keyword: extra,
    iso_country_code: extra,
    price: extra,
  }),
});

const mms = z.object({
  reference_id: referenceId,
  submit_timestamp: moment,
  phone_number: phoneNumber.nullable().catch(null),
  sender_id: phoneNumber.nullable().catch(null),
  content: z.record(z.string(), z.unknown()).catch({}),
});

const receipt = z.object({
  reference_id: referenceId,
  external_id: scalar.nullish(),
  status: z.object({ code: statusCode, updated_on: moment }),
  additional_info: z
    .object({
      mcc: extra,
      mnc: extra,
      price: extra,
      currency: extra,
      message_parts_count: z.coerce.number<unknown>().int().positive().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

const other = z.object({ reference_id: referenceId.nullable().catch(null) });

/**
 * Reads the body of a callback whose signature was verified. Takes both shapes that TeleSign documents, with whatever
 * optional fields are missing; `numbers` are the account's, digits. What kind it is is told by `sub_resource` and the presence of `user_response`. Throws
 * `callback_not_understood`, whose `problems` hold paths and kinds of mistakes but no values.
 */
export function parseCallback(body: Uint8Array, numbers: readonly string[] = []): Callback {
  const json = parseJson(body);
  const { sub_resource, user_response } = check(envelope, json);
  const subResource = sub_resource?.toLowerCase() ?? '';
  if (subResource === 'mo_sms') return parseInbound(json);
  if (subResource === 'mo_mms') return parseMms(json, numbers);
  if (subResource !== '' && subResource !== 'sms') {
    return { kind: 'other', subResource, referenceId: check(other, json).reference_id };
  }
  return user_response === undefined || user_response === null ? parseReceipt(json) : parseInbound(json);
}

function parseInbound(json: unknown): InboundCallback {
  const { reference_id, submit_timestamp, user_response: user } = check(inbound, json);
  return {
    kind: 'inbound',
    referenceId: reference_id,
    from: user.phone_number,
    to: user.sender_id,
    text: normaliseText(user.mo_message ?? ''),
    submittedAt: submit_timestamp,
    provider: given({
      action: user.action,
      keyword: user.keyword,
      country: user.iso_country_code,
      price: user.price,
    }),
  };
}

/**
 * An MMS has its fields at the top, not in `user_response`. TeleSign documents `phone_number` there and no name for the
 * support number; `sender_id` is what that is called for SMS. Without it, it can only be the account's number if there is
 * one alone: with several, a guess would show one customer's pictures in another conversation.
 */
function parseMms(json: unknown, numbers: readonly string[]): InboundCallback | UnplacedCallback {
  const { reference_id, submit_timestamp, phone_number: from, sender_id, content } = check(mms, json);
  const [only, ...more] = numbers;
  const to = sender_id ?? (more.length === 0 ? only : undefined);
  if (from === null || to === undefined) return { kind: 'unplaced', referenceId: reference_id };
  const { lines, media } = readContent(content);
  return {
    kind: 'inbound',
    referenceId: reference_id,
    from,
    to,
    text: normaliseText(lines.join('\n')),
    submittedAt: submit_timestamp,
    provider: media.length > 0 ? { media } : {},
  };
}

function parseReceipt(json: unknown): ReceiptCallback {
  const { reference_id, external_id, status, additional_info: info } = check(receipt, json);
  return {
    kind: 'receipt',
    referenceId: reference_id,
    externalId: external_id || null,
    code: status.code,
    description: statusMeaning(status.code),
    updatedAt: status.updated_on,
    details: given({
      mcc: info?.mcc,
      mnc: info?.mnc,
      price: info?.price,
      currency: info?.currency,
      parts: info?.message_parts_count,
    }),
  };
}

const UTF_8 = new TextDecoder();

/** Bytes that are not UTF-8 become U+FFFD: the customer's text is then read with a gap rather than lost. */
function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(UTF_8.decode(body));
  } catch {
    // Without the cause: its message quotes the body.
    throw notUnderstood([{ path: '', message: 'not_json' }]);
  }
}

function check<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw notUnderstood(parsed.error.issues.map(({ path, code }) => ({ path: path.join('.'), message: code })));
}

function notUnderstood(problems: { path: string; message: string }[]): SwitchboardError {
  return new SwitchboardError('callback_not_understood', undefined, { details: { problems } });
}

/** Leaves out what is undefined or empty, so that stores and comparisons see only what is there. */
function given<T extends Record<string, string | number | undefined>>(fields: T): Partial<Present<T>> {
  const present: Partial<Present<T>> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== '') Object.assign(present, { [name]: value });
  }
  return present;
}
type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
