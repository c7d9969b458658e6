import { z } from 'zod';
import { trialRefused } from '../../conversations/trial-text.ts';
import { sentOutcome } from '../../telesign/verdict.ts';
import { callbackMail, mailQuery, validation, verdict } from '../channel-schemas.ts';
import { knownChannel } from '../channel-view.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idParameter } from '../schemas.ts';

const tag = 'Channels';

/** Where TeleSign takes requests to set up a callback URL, for full-service accounts. */
const SUPPORT = 'support@telesign.com';

type Parts = Pick<
  HttpParts,
  'store' | 'channels' | 'sendLimits' | 'words' | 'settings' | 'defaultLanguage' | 'now' | 'randomToken'
>;

/** What puts a channel into service: whether TeleSign takes it, and the mail that asks for its callback URL. */
export function channelCheckRoutes(parts: Parts): Route[] {
  const { store, channels, words, settings } = parts;
  return [
    route({
      operation: 'validateChannel',
      method: 'post',
      path: '/api/channels/{id}/validate',
      tag,
      summary: 'Ask TeleSign whether the account is good',
      description:
        'By a signed question after a text that there is not: nothing is sent. With `sendTo`, and only then, a real text goes to that phone from the channel’s first number, once the account is found good, unless that phone has texted STOP, or other texts take up the limits just now.',
      request: z.object({ params: idParameter, body: validation }),
      exampleBody: {},
      answer: {
        status: 200,
        description: 'What TeleSign says.',
        schema: verdict,
        example: {
          verdict: 'bad_key',
          code: '10008',
          message: 'The signature is wrong: check the API key.',
          sent: null,
        },
      },
      errors: ['not_found'],
      async handle({ params, body }) {
        const account = await knownChannel(channels, params.id);
        const found = await channels.validate(account.id);
        const [first] = account.numbers;
        if (body.sendTo === undefined || found.verdict !== 'good') return { ...found, sent: null };
        if (first === undefined) {
          throw invalidRequest([{ path: 'body.sendTo', message: 'The channel has no number to send from.' }]);
        }
        const parties = { number: first.number, customer: body.sendTo };
        const limits = parts.sendLimits(account, first.number);
        const refused = await trialRefused(store, parties, limits, parts.now());
        if (refused) return { ...found, sent: { accepted: false, ...refused } };
        const { language } = settings.workstream(first.number);
        const sent = await channels.send(account.id, {
          to: body.sendTo,
          from: first.number,
          text: words.systemText(language, 'channel_test'),
          externalId: `test:${parts.randomToken()}`,
        });
        return { ...found, sent: sentOutcome(sent) };
      },
    }),
    route({
      operation: 'getCallbackMail',
      method: 'get',
      path: '/api/channels/{id}/callback-mail',
      tag,
      summary: 'A mail that asks TeleSign’s support to set the callback URL',
      description: 'For full-service accounts; self-service accounts set it in TeleSign’s portal themselves.',
      request: z.object({ params: idParameter, query: mailQuery }),
      answer: {
        status: 200,
        description: 'The mail, in the language asked for, else in DEFAULT_LANGUAGE.',
        schema: callbackMail,
        example: {
          to: SUPPORT,
          subject: 'Callback URL for inbound SMS and delivery reports, Customer ID 12345678-ABCD',
          body: 'Hello,\n\nPlease set this callback URL …',
          language: 'en',
        },
      },
      errors: ['not_found'],
      async handle({ params, query }) {
        const account = await knownChannel(channels, params.id);
        const { customerId, numbers } = account;
        const language = query.language ?? parts.defaultLanguage;
        return {
          to: SUPPORT,
          subject: words.systemText(language, 'callback_mail_subject', { customerId }),
          body: words.systemText(language, 'callback_mail_body', {
            customerId,
            url: channels.callbackUrl(account.id),
            numbers: numbers.map(({ number }) => number).join(', '),
          }),
          language,
        };
      },
    }),
  ];
}
