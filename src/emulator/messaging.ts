import { isIP } from 'node:net';
import { requestError, statusMeaning } from '../telesign/status.ts';

/**
 * What `/v1/messaging` accepts and how it answers, as TeleSign documents it. Pure: the emulator's own state and the
 * wire are elsewhere.
 */

export interface MessagingRequest {
  /** Digits with country code. */
  to: string;
  text: string;
  senderId: string | null;
  externalId: string | null;
  /** Where the receipts of this message go instead of the account's URL. */
  callbackUrl: string | null;
}

const MESSAGE_TYPES = ['OTP', 'ARN', 'MKT'];
const LIFECYCLE_EVENTS = ['create', 'sign-in', 'transact', 'update', 'delete'];
const MAX_MESSAGE = 1600;

/**
 * Checks a form body. TeleSign does not say whether its 1600 characters are code points or UTF-16 units: the stricter
 * is counted here, so that whoever passes here passes there.
 */
export function readMessagingForm(
  body: Uint8Array,
): { ok: true; request: MessagingRequest } | { ok: false; code: number } {
  const form = new URLSearchParams(new TextDecoder().decode(body));
  const to = form.get('phone_number') ?? '';
  const text = form.get('message') ?? '';
  const messageType = form.get('message_type') ?? '';
  const senderId = form.get('sender_id');
  const externalId = form.get('external_id');
  const callbackUrl = form.get('callback_url');
  const originatingIp = form.get('originating_ip');
  const lifecycleEvent = form.get('account_lifecycle_event');

  const checks: [boolean, number][] = [
    [to !== '', 12000],
    [text !== '', 12009],
    [messageType !== '', 12017],
    [/^[1-9]\d{6,14}$/.test(to), 11000],
    [text.length <= MAX_MESSAGE, 11009],
    [MESSAGE_TYPES.includes(messageType), 11017],
    [originatingIp === null || isIP(originatingIp) !== 0, 11010],
    [senderId === null || /^.{1,20}$/u.test(senderId), 11013],
    [externalId === null || /^[\x20-\x7e]{0,100}$/.test(externalId), 11016],
    [callbackUrl === null || /^https?:$/.test(protocolOf(callbackUrl)), 11004],
    [lifecycleEvent === null || LIFECYCLE_EVENTS.includes(lifecycleEvent), 11003],
    [(form.get('dlt_template_id') ?? '').length <= 40, 11034],
    [(form.get('dlt_entity_id') ?? '').length <= 40, 11035],
  ];
  const failed = checks.find(([fits]) => !fits);
  if (failed !== undefined) return { ok: false, code: failed[1] };
  return { ok: true, request: { to, text, senderId, externalId, callbackUrl } };
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}

/** As TeleSign writes them in its examples. Programs go by the code. */
const DESCRIPTIONS: Readonly<Record<number, string>> = {
  200: 'Delivered to handset',
  203: 'Delivered to gateway',
  290: 'Message in progress',
};

export function descriptionOf(code: number): string {
  return DESCRIPTIONS[code] ?? requestError(code)?.meaning ?? statusMeaning(code);
}

/** TeleSign writes microseconds: `2026-11-24T12:00:01.123000Z`. */
export function telesignTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}

export function statusOf(code: number, at: number) {
  return { code, description: descriptionOf(code), updated_on: telesignTime(at) };
}

/**
 * A refusal: its number stands in `status.code`, there is no `errors` array and no reference id. `signature_string` is
 * the server's view of the string to sign, which TeleSign adds to help with a bad signature.
 */
export function refusalOf(code: number, at: number, signatureString?: string) {
  const status = statusOf(code, at);
  return signatureString === undefined ? { status } : { status, signature_string: signatureString };
}

/** TeleSign's HTTP status for a refusal. 10000 is 500 on `POST` and 503 on `GET`, so the caller says which. */
export function httpStatusOf(code: number): number {
  if (code >= 11_000) return 400;
  if (code === 10_017) return 404;
  if (code === 10_019) return 429;
  return 401;
}
