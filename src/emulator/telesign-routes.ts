import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringToSign, verifyRequest } from '../telesign/signature.ts';
import type { Account } from './account.ts';
import { type EmulatorRoute, readBody, sendJson, urlOf } from './exchange.ts';
import { httpStatusOf, readMessagingForm, refusalOf, statusOf } from './messaging.ts';
import type { SentMessage } from './record.ts';
import type { Waits } from './waits.ts';

/** TeleSign's own paths: `POST /v1/messaging` and `GET /v1/messaging/{reference_id}`. */
export function telesignRoutes(parts: {
  account: Account;
  waits: Waits;
  customerId: string;
  apiKey: string;
  now: () => number;
}): EmulatorRoute[] {
  const { account, waits, customerId, apiKey, now } = parts;

  function refuse(
    response: ServerResponse,
    code: number,
    http = httpStatusOf(code),
    signatureString?: string,
  ) {
    sendJson(response, http, refusalOf(code, now(), signatureString));
  }

  function answer(response: ServerResponse, message: SentMessage) {
    sendJson(response, 200, {
      reference_id: message.id,
      external_id: message.externalId,
      status: statusOf(message.status, now()),
    });
  }

  /** True for a request that may go on; otherwise it has been refused. */
  function authenticate(request: IncomingMessage, response: ServerResponse, body: string): boolean {
    const method = request.method ?? '';
    const { pathname: path } = urlOf(request);
    const { headers } = request;
    const verdict = verifyRequest({ method, path, headers, body, customerId, apiKey });
    if (!verdict.ok) {
      const seen = verdict.code === 10008 ? signedText(request, method, path, body) : undefined;
      refuse(response, verdict.code, 401, seen);
      return false;
    }
    const { refuse: refused } = account.faults.current.account;
    if (refused !== null) {
      refuse(response, refused);
      return false;
    }
    // How far a date may be off is not documented, so dates are not compared with the clock. Basic signs no nonce.
    const signed = headers.authorization?.startsWith('TSA ') === true;
    if (signed && !account.useNonce(header(request, 'x-ts-nonce'))) {
      refuse(response, 10002);
      return false;
    }
    return true;
  }

  async function send(request: IncomingMessage, response: ServerResponse) {
    const body = await readBody(request);
    if (body === null) return sendJson(response, 413, refusalOf(11009, now()));
    if (!authenticate(request, response, body.toString())) return;

    const fault = account.faults.takeSend(now());
    if (fault.mode === 'refuse') return cut(request);
    if (fault.mode === '429') return refuse(response, 10019);
    if (fault.mode === '500' || fault.mode === '503') return refuse(response, 10000, Number(fault.mode));

    const form = readMessagingForm(body);
    if (!form.ok) return refuse(response, form.code);
    const message = account.accept(form.request);
    if (fault.mode === 'drop') return cut(request);
    if (fault.mode === 'slow' && !(await waits.wait(fault.delay))) return cut(request);
    answer(response, message);
  }

  async function status(request: IncomingMessage, response: ServerResponse, referenceId: string) {
    if (!authenticate(request, response, '')) return;
    if (!/^[0-9a-f]{32}$/i.test(referenceId)) return refuse(response, 11011);
    const message = account.sent.get(referenceId.toUpperCase());
    if (message === undefined) return refuse(response, 10017);
    answer(response, message);
  }

  return [
    { method: 'post', path: '/v1/messaging', handle: send },
    {
      method: 'get',
      path: '/v1/messaging/:referenceId',
      handle: (request, response, params) => status(request, response, params.referenceId ?? ''),
    },
  ];
}

/** Cuts the connection without an answer. */
function cut(request: IncomingMessage) {
  request.socket.destroy();
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** What TeleSign shows beside 10008: the text that the right signature would have covered. */
function signedText(request: IncomingMessage, method: string, path: string, body: string): string {
  const xTsDate = header(request, 'x-ts-date');
  return stringToSign({
    method,
    path,
    contentType: method === 'POST' ? header(request, 'content-type') : '',
    ...(xTsDate === '' ? { date: header(request, 'date') } : { date: '', xTsDate }),
    authMethod: header(request, 'x-ts-auth-method') === 'HMAC-SHA1' ? 'HMAC-SHA1' : 'HMAC-SHA256',
    nonce: header(request, 'x-ts-nonce'),
    body,
  });
}
