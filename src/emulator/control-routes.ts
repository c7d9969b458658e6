import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Account, SupportNumber } from './account.ts';
import type { EventStreams } from './events.ts';
import { check, type EmulatorRoute, readJson, sendJson, sendProblem, urlOf } from './exchange.ts';
import { FaultsSchema } from './faults.ts';
import { readPage } from './page.ts';
import type { ServiceBehind } from './service-behind.ts';

/** A `+` is let through, since people copy numbers with it. In a query it arrives as a space. */
const digits = z
  .string()
  .regex(/^[+ ]?\d{3,15}$/, 'digits with country code, such as 15550100001')
  .transform((number) => number.replace(/^[+ ]/, ''));

/** `from` and `to` of a text are any two numbers: an unknown support number is worth trying too. */
const InboundSchema = z.strictObject({
  from: digits,
  to: digits,
  text: z.string(),
  referenceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, '32 hexadecimal digits')
    .optional(),
});

const BetweenSchema = z.strictObject({
  to: digits.optional(),
  /** A sender id may have letters. */
  from: z.string().optional(),
  after: z.string().optional(),
});

const ConversationSchema = z.strictObject({ from: digits, to: digits });

/** A month at most. */
const JumpSchema = z.strictObject({
  seconds: z
    .number()
    .int()
    .min(1)
    .max(31 * 86_400),
});

/** The emulator's own paths, under `/emulator`: to text in, to see what was sent, to cause faults, and the phone. */
export function controlRoutes(parts: {
  account: Account;
  events: EventStreams;
  numbers: readonly SupportNumber[];
  service: ServiceBehind | undefined;
}): EmulatorRoute[] {
  const { account, events, numbers, service } = parts;
  const noService = (response: ServerResponse) =>
    sendProblem(response, 404, 'not_found', 'The service behind does not let itself be looked into.');

  const page = (name: 'html' | 'css' | 'js') => async (_: unknown, response: ServerResponse) => {
    const { body, headers } = await readPage(`phone.${name}`);
    response.writeHead(200, headers);
    response.end(body);
  };

  return [
    {
      method: 'post',
      path: '/emulator/inbound',
      async handle(request, response) {
        const text = await readJson(request, response, InboundSchema);
        if (text === null) return;
        const outcome = await account.textIn(text);
        sendJson(response, outcome.status === 'delivered' ? 200 : 202, outcome);
      },
    },
    {
      method: 'get',
      path: '/emulator/inbound',
      async handle(request, response) {
        const between = check(response, Object.fromEntries(urlOf(request).searchParams), BetweenSchema);
        if (between !== null) sendJson(response, 200, { texts: account.inbound.list(between) });
      },
    },
    {
      method: 'get',
      path: '/emulator/messages',
      async handle(request, response) {
        const between = check(response, Object.fromEntries(urlOf(request).searchParams), BetweenSchema);
        if (between !== null) sendJson(response, 200, { messages: account.sent.list(between) });
      },
    },
    {
      method: 'get',
      path: '/emulator/faults',
      async handle(_, response) {
        sendJson(response, 200, account.faults.current);
      },
    },
    {
      method: 'put',
      path: '/emulator/faults',
      async handle(request, response) {
        const faults = await readJson(request, response, FaultsSchema);
        if (faults === null) return;
        account.faults.set(faults);
        sendJson(response, 200, faults);
      },
    },
    {
      method: 'get',
      path: '/emulator/numbers',
      async handle(_, response) {
        sendJson(response, 200, { numbers, service: service !== undefined });
      },
    },
    {
      method: 'get',
      path: '/emulator/conversation',
      async handle(request, response) {
        if (!service) return noService(response);
        const asked = check(response, Object.fromEntries(urlOf(request).searchParams), ConversationSchema);
        if (asked === null) return;
        const conversation = await service.conversation(asked.to, asked.from);
        sendJson(response, 200, { conversation, now: service.now() });
      },
    },
    {
      method: 'post',
      path: '/emulator/clock',
      async handle(request, response) {
        if (!service) return noService(response);
        const jump = await readJson(request, response, JumpSchema);
        if (jump === null) return;
        service.advance(jump.seconds * 1000);
        sendJson(response, 200, { now: service.now() });
      },
    },
    { method: 'get', path: '/emulator/events', handle: (_, response) => events.open(response) },
    { method: 'get', path: '/emulator/phone', handle: page('html') },
    { method: 'get', path: '/emulator/phone.css', handle: page('css') },
    { method: 'get', path: '/emulator/phone.js', handle: page('js') },
  ];
}
