import { z } from 'zod';
import type { ConversationDoc, OptoutDoc, SessionDoc } from '../../store/documents.ts';
import { type Contact, contact, contactParameter, contactQuery } from '../contact-schemas.ts';
import type { HttpParts } from '../parts.ts';
import { type Home, isCountry, type PhoneNumber, readNumber } from '../phone-number.ts';
import { invalidRequest } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { conversationView, isoTime } from '../views.ts';
import { maySee } from '../visibility.ts';
import { EXAMPLE_CONVERSATION } from './examples.ts';
import { optoutView } from './optouts.ts';

/** How many of the last closed sessions are shown. */
const SESSIONS = 20;

export function contactRoutes({ store }: Pick<HttpParts, 'store'>): Route[] {
  return [
    route({
      operation: 'getContact',
      method: 'get',
      path: '/api/contacts/{number}',
      tag: 'Contacts',
      summary: 'What is known of a customer',
      description:
        'The number as people write it: `+15550100001`, `15550100001`, `(555) 010-0001`, escaped. What can be read in several ways is read as the number of a customer whom you may see, if there is one. A number that nobody has texted from has a card too, an empty one.',
      request: z.object({ params: contactParameter, query: contactQuery }),
      answer: {
        status: 200,
        description: 'The contact card.',
        schema: contact,
        example: {
          number: '15550100001',
          e164: '+15550100001',
          national: '(555) 010-0001',
          country: null,
          type: null,
          locale: 'es',
          conversations: [EXAMPLE_CONVERSATION],
          sessions: [
            {
              conversationId: EXAMPLE_CONVERSATION.id,
              session: 2,
              startedAt: '2026-02-11T16:20:00.000Z',
              endedAt: '2026-02-11T16:41:12.000Z',
              outcome: 'resolved',
              disposition: 'delivery',
              reason: 'customer_asked',
              reopens: null,
              queueId: 'support',
              agentId: 'agent-1',
              score: 5,
            },
          ],
          optouts: [],
        },
      },
      errors: [],
      async handle({ params, query }, { actor }) {
        const readings = await readNumber(params.number, await homes(query));
        const [likeliest] = readings;
        if (!likeliest) {
          throw invalidRequest([{ path: 'params.number', message: 'This can be no phone number.' }]);
        }
        for (const reading of readings) {
          const all = await store.conversations.find({ customer: reading.number }).toArray();
          const seen = all.filter((doc) => maySee(actor, doc)).sort((a, b) => b.changedAt - a.changedAt);
          if (seen.length > 0) {
            return card(reading, seen, await closedSessions(seen), await optoutsOf(reading));
          }
        }
        return card(likeliest, [], [], await optoutsOf(likeliest));
      },
    }),
  ];

  async function homes({ country, support }: z.output<typeof contactQuery>): Promise<Home[]> {
    if (country !== undefined) {
      if (await isCountry(country)) return [{ country }];
      throw invalidRequest([{ path: 'query.country', message: 'There is no such country.' }]);
    }
    if (support !== undefined) return [{ number: support }];
    const workstreams = await store.workstreams.find({}, { sort: { _id: 1 } }).toArray();
    return workstreams.flatMap(({ numbers }) => numbers.map((number) => ({ number })));
  }

  function optoutsOf({ number }: PhoneNumber): Promise<OptoutDoc[]> {
    return store.optouts.find({ customer: number }).toArray();
  }

  async function closedSessions(conversations: readonly ConversationDoc[]): Promise<SessionDoc[]> {
    const sessions: SessionDoc[] = [];
    for (const { _id } of conversations) {
      const some = store.sessions.find(
        { conversationId: _id },
        { sort: { conversationId: -1, session: -1 }, limit: SESSIONS },
      );
      sessions.push(...(await some.toArray()));
    }
    return sessions.sort((a, b) => b.endedAt - a.endedAt).slice(0, SESSIONS);
  }
}

function card(
  number: PhoneNumber,
  conversations: ConversationDoc[],
  sessions: SessionDoc[],
  optouts: OptoutDoc[],
): Contact {
  return {
    ...number,
    locale: conversations.find(({ locale }) => locale !== undefined)?.locale ?? null,
    conversations: conversations.map(conversationView),
    sessions: sessions.map((doc) => ({
      conversationId: doc.conversationId,
      session: doc.session,
      startedAt: isoTime(doc.startedAt),
      endedAt: isoTime(doc.endedAt),
      outcome: doc.outcome,
      disposition: doc.disposition ?? null,
      reason: doc.handoffReason ?? null,
      reopens: doc.reopens ?? null,
      queueId: doc.queueId ?? null,
      agentId: doc.agentId ?? null,
      score: doc.survey?.score ?? null,
    })),
    optouts: optouts.map(optoutView),
  };
}
