import { z } from 'zod';
import { hasJoined, mayOwn } from '../../conversations/rights.ts';
import { SwitchboardError } from '../../errors.ts';
import { keepFile } from '../../files/file-store.ts';
import { FILE_TYPES, fileTypeOf, MOST_BYTES, safeName } from '../../files/file-type.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { idParameter } from '../schemas.ts';
import { isoTime } from '../views.ts';
import { visibleConversation } from './conversations.ts';

/** Milliseconds for which a link works. */
const LINK_LIFE = 7 * 24 * 3_600_000;

const file = z
  .object({
    url: z.string().meta({ description: 'To be put into a text. Whoever has it can open the file.' }),
    name: z.string(),
    type: z.enum(FILE_TYPES),
    size: z.number().int().meta({ description: 'Bytes.' }),
    expiresAt: z.iso.datetime().meta({ description: 'From then on the link is 404 (UTC).' }),
  })
  .meta({ id: 'File' });

export function fileRoutes({
  store,
  settings,
  media,
  now,
  randomToken,
}: Pick<HttpParts, 'store' | 'settings' | 'media' | 'now' | 'randomToken'>): Route[] {
  return [
    route({
      operation: 'keepFile',
      method: 'post',
      path: '/api/conversations/{id}/files',
      tag: 'Messages',
      summary: 'A file for the customer, as a link',
      description:
        'TeleSign’s SMS carries text only: write the `url` of the answer into a reply. The body is the file: JPEG, PNG, GIF, WebP or PDF, at most 5 MiB; what it is, its bytes say. Only who may answer, and where the workstream’s `attachments.agents` is on.',
      request: z.object({
        params: idParameter,
        query: z.strictObject({ name: z.string().min(1).max(200).optional() }),
        body: z.object({ bytes: z.instanceof(Buffer) }),
      }),
      bytesBody: { limit: MOST_BYTES, mediaTypes: FILE_TYPES },
      answer: {
        status: 201,
        description: 'Kept for seven days.',
        schema: file,
        example: {
          url: 'https://sms.example.com/f/8N3v0mKq2Zx1TbWc5yJr7LdEfGhA9sPu',
          name: 'label.pdf',
          type: 'application/pdf',
          size: 48_213,
          expiresAt: '2026-03-09T09:40:00.000Z',
        },
      },
      errors: ['not_owner', 'forbidden', 'not_found', 'wrong_state', 'attachments_off', 'file_refused'],
      async handle({ params, query, body }, context) {
        const conversation = await visibleConversation(store, params.id, context);
        if (!hasJoined(context.actor, conversation)) mayOwn(context.actor, conversation);
        if (!settings.workstream(conversation.number).settings.attachments.agents) {
          throw new SwitchboardError('attachments_off');
        }
        const type = fileTypeOf(body.bytes);
        if (type === null) throw new SwitchboardError('file_refused');
        const token = randomToken();
        const kept = await keepFile(store, token, body.bytes, {
          conversationId: conversation._id,
          agentId: context.agent._id,
          name: safeName(query.name ?? '', type),
          type,
          createdAt: now(),
          expiresAt: now() + LINK_LIFE,
        });
        return {
          url: media.linkOf(token),
          name: kept.name,
          type,
          size: kept.size,
          expiresAt: isoTime(kept.expiresAt),
        };
      },
    }),
  ];
}
