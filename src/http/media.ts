import type { Server } from 'restify';
import { z } from 'zod';
import type { Settings } from '../conversations/settings.ts';
import { SwitchboardError } from '../errors.ts';
import { openFile } from '../files/file-store.ts';
import { FILE_TYPES, fileTypeOf, PICTURE_TYPES } from '../files/file-type.ts';
import type { ConversationDoc, MessageDoc } from '../store/documents.ts';
import { auditRead } from './audit.ts';
import { authorize } from './auth.ts';
import { mountEndpoint } from './endpoint.ts';
import type { HttpParts } from './parts.ts';
import { readable } from './readable-message.ts';
import type { Described } from './route.ts';
import { actorOf, maySee } from './visibility.ts';

/** Reads a picture from where its sender has it. Never rejects. */
export type FetchMedia = (
  url: string,
) => Promise<{ bytes: Buffer } | { failed: 'not_allowed' | 'not_reachable' | 'gone' | 'too_large' }>;

/** What came along with a message, and where it is. */
export interface Media {
  kind: 'image' | 'video' | 'audio';
  url: string;
}

const provided = z.array(z.object({ kind: z.enum(['image', 'video', 'audio']), url: z.string() }));

/** Nothing where the workstream of the number does not take files of customers. */
export function mediaOf(
  settings: Settings,
  { number }: Pick<ConversationDoc, 'number'>,
  { provider }: Pick<MessageDoc, 'provider'>,
): Media[] {
  if (!settings.workstream(number).settings.attachments.customers) return [];
  const found = provided.safeParse(provider?.media);
  return found.success ? found.data : [];
}

export const MEDIA_ROUTE = {
  operation: 'openMedia',
  method: 'get',
  path: '/api/messages/{id}/media/{n}',
  tag: 'Messages',
  summary: 'A picture that came with a message',
  description:
    'The `n`th of the message’s `media`, from 0. It is fetched from TeleSign when it is opened, and not kept; after a while TeleSign has it no more. JPEG, PNG, GIF and WebP of at most 5 MiB. It is in the audit.',
  schemas: { params: z.object({ id: z.string(), n: z.string() }) },
  answer: { status: 200, description: 'The picture.', mediaTypes: PICTURE_TYPES, example: '(bytes)' },
  answerHeaders: ['Content-Disposition'],
  errors: ['not_found', 'media_refused', 'media_unreachable'],
} as const satisfies Described;

export const FILE_LINK_ROUTE = {
  operation: 'openFile',
  method: 'get',
  path: '/f/{token}',
  tag: 'Service',
  summary: 'A file that an agent gave to a customer',
  description: 'Open to whoever has the link, for seven days. 404 after that.',
  schemas: { params: z.object({ token: z.string() }) },
  answer: {
    status: 200,
    description: 'The file.',
    mediaTypes: FILE_TYPES,
    example: '(bytes)',
  },
  answerHeaders: ['Content-Disposition'],
  errors: ['not_found', 'store_unavailable'],
} as const satisfies Described;

/** No script in what is shown, whatever a browser takes it for. */
const HARMLESS = {
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'private, no-store',
};

const place = z.object({ id: z.string(), n: z.string().regex(/^\d{1,3}$/) });

export function mountMedia(server: Server, parts: HttpParts): void {
  const { operation } = MEDIA_ROUTE;
  mountEndpoint(server, MEDIA_ROUTE, parts, async (req, res) => {
    const { agent } = await authorize(parts, req, operation);
    const asked = place.safeParse(req.params);
    if (!asked.success) throw notFound();
    const { id, n } = asked.data;
    const { url } = await mediaAt(parts, id, Number(n), actorOf(agent));
    const request = { params: { id }, body: {} };
    if (await auditRead(parts, { route: { operation }, agentId: agent._id, request })) {
      await parts.store.durable();
    }
    const picture = await pictureAt(parts, url);
    res.sendRaw(200, picture.bytes, {
      ...HARMLESS,
      'Content-Type': picture.type,
      'Content-Disposition': 'inline',
    });
  });

  mountEndpoint(server, FILE_LINK_ROUTE, parts, async (req, res) => {
    const token = String(req.params.token);
    const found = await openFile(parts.store, token, parts.now());
    if (found === null) throw notFound();
    const { name, type } = found.file;
    res.sendRaw(200, found.bytes, {
      ...HARMLESS,
      'Content-Type': type,
      'Content-Disposition': `${showing(type)}; filename*=UTF-8''${encodedName(name)}`,
    });
  });
}

/** Browsers show no PDF in a sandbox, but an empty page: it is downloaded, and opened from there. */
function showing(type: string): 'inline' | 'attachment' {
  return PICTURE_TYPES.some((picture) => picture === type) ? 'inline' : 'attachment';
}

/** As RFC 8187 has it, which leaves fewer characters as they are than addresses do. */
function encodedName(name: string): string {
  return encodeURIComponent(name).replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'));
}

/** Throws `not_found`, also for what the asker may not see. */
async function mediaAt(
  { store, settings }: HttpParts,
  messageId: string,
  n: number,
  actor: Parameters<typeof maySee>[0],
): Promise<Media> {
  const stored = await store.messages.findOne({ _id: messageId });
  const message = stored && (await readable(store, stored));
  const conversation = message && (await store.conversations.findOne({ _id: message.conversationId }));
  if (!message || !conversation || !maySee(actor, conversation)) throw notFound();
  const media = mediaOf(settings, conversation, message)[n];
  if (media === undefined) throw notFound();
  return media;
}

async function pictureAt({ media }: HttpParts, url: string): Promise<{ bytes: Buffer; type: string }> {
  const fetched = await media.fetch(url);
  if ('failed' in fetched) {
    const code =
      fetched.failed === 'not_reachable' || fetched.failed === 'gone' ? 'media_unreachable' : 'media_refused';
    throw new SwitchboardError(code, undefined, { details: { reason: fetched.failed } });
  }
  const type = fileTypeOf(fetched.bytes);
  if (type === null || !PICTURE_TYPES.some((picture) => picture === type)) {
    throw new SwitchboardError('media_refused', undefined, { details: { reason: 'no_picture' } });
  }
  return { bytes: fetched.bytes, type };
}

function notFound(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is nothing at this address.');
}
