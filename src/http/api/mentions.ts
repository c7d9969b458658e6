import { z } from 'zod';
import type { Actor } from '../../conversations/rights.ts';
import { SwitchboardError } from '../../errors.ts';
import type { AgentDoc, MessageDoc, Store } from '../../store/documents.ts';
import {
  type MentionItem,
  MOST_UNSEEN,
  mentionList,
  mentionPage,
  seenUntil,
  stillUnseen,
} from '../mention-schemas.ts';
import { pageByTime } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { isoTime } from '../views.ts';
import { maySee } from '../visibility.ts';
import { EXAMPLE_MENTION } from './examples.ts';

const tag = 'Mentions';

type Reading = Pick<Store, 'messages' | 'conversations'>;

export function mentionRoutes({ store, now }: Pick<HttpParts, 'store' | 'now'>): Route[] {
  return [
    route({
      operation: 'listMentions',
      method: 'get',
      path: '/api/mentions',
      tag,
      summary: 'Where notes name me, the newest first',
      description:
        'Whatever queues you serve, since you are an agent. The text is there where you may read the conversation now. They are gone with the notes that they are in.',
      request: z.object({ query: mentionPage }),
      answer: {
        status: 200,
        description: 'A page of mentions, and how many are unseen in all.',
        schema: mentionList,
        example: { items: [EXAMPLE_MENTION], cursor: null, unseen: 1 },
      },
      errors: [],
      async handle({ query }, { agent, actor }) {
        const page = await pageByTime<MessageDoc>(query, (before, limit) =>
          store.messages
            .find(
              {
                mentions: agent._id,
                at: { ...sinceThere(agent), ...(before !== undefined && { $lte: before }) },
              },
              { sort: { at: -1 }, limit },
            )
            .toArray(),
        );
        const items = await mentionViews(store, page.items, { actor, seenAt: seenAtOf(agent) });
        return { items, cursor: page.cursor, unseen: await unseenOf(store, agent) };
      },
    }),
    route({
      operation: 'seeMentions',
      method: 'put',
      path: '/api/mentions/seen',
      tag,
      summary: 'Say up to where I have seen them',
      description: 'It never goes back, and never beyond now, so what comes later is unseen.',
      request: z.object({ body: seenUntil }),
      exampleBody: { until: EXAMPLE_MENTION.at },
      answer: {
        status: 200,
        description: 'What is still unseen.',
        schema: stillUnseen,
        example: { unseen: 0 },
      },
      errors: [],
      async handle({ body }, { agent }) {
        const mentionsSeenAt = Math.min(Date.parse(body.until), now());
        const changed = await store.agents.findOneAndUpdate(
          { _id: agent._id },
          { $max: { mentionsSeenAt } },
          { returnDocument: 'after' },
        );
        if (!changed) throw new SwitchboardError('unauthenticated');
        return { unseen: await unseenOf(store, changed) };
      },
    }),
  ];
}

/** An id may have been another agent's before. */
function sinceThere({ createdAt }: AgentDoc): { $gte: number } {
  return { $gte: createdAt };
}

function seenAtOf({ mentionsSeenAt = 0 }: AgentDoc): number {
  return mentionsSeenAt;
}

function unseenOf(store: Reading, agent: AgentDoc): Promise<number> {
  const unseen = { mentions: agent._id, at: { ...sinceThere(agent), $gt: seenAtOf(agent) } };
  return store.messages.countDocuments(unseen, { limit: MOST_UNSEEN });
}

async function mentionViews(
  store: Reading,
  notes: readonly MessageDoc[],
  { actor, seenAt }: { actor: Actor; seenAt: number },
): Promise<MentionItem[]> {
  const ids = [...new Set(notes.map(({ conversationId }) => conversationId))];
  const conversations = await store.conversations.find({ _id: { $in: ids } }).toArray();
  const open = new Set(conversations.filter((one) => maySee(actor, one)).map(({ _id }) => _id));
  return notes.map(({ _id, conversationId, author, at, text }) => ({
    conversationId,
    messageId: _id,
    by: author.id ?? null,
    at: isoTime(at),
    text: open.has(conversationId) ? text : null,
    seen: at <= seenAt,
  }));
}
