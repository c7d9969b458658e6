import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Server } from 'restify';
import { dumpLines } from '../backup/dump.ts';
import { auditRead } from './audit.ts';
import { authorize } from './auth.ts';
import { mountEndpoint } from './endpoint.ts';
import type { HttpParts } from './parts.ts';
import type { Described } from './route.ts';

export const BACKUP_ROUTE = {
  operation: 'getBackup',
  method: 'get',
  path: '/api/backup',
  tag: 'Service',
  summary: 'All that is in the store, while the service is at work',
  description:
    'What `switchboard backup` asks a running service for, and what `switchboard restore` takes: gzip of lines of JSON. It holds texts and phone numbers of all customers. The last line tells whether it is whole: check it, as `switchboard backup` does, before you rely on it. It is in the audit.',
  schemas: {},
  answer: {
    status: 200,
    description: 'A backup.',
    mediaTypes: ['application/gzip'],
    example: '(bytes)',
  },
  answerHeaders: ['Content-Disposition'],
  errors: [],
} as const satisfies Described;

export function mountBackup(
  server: Server,
  parts: Pick<HttpParts, 'store' | 'now' | 'log' | 'limits' | 'openId'>,
): void {
  const { operation } = BACKUP_ROUTE;
  mountEndpoint(server, BACKUP_ROUTE, parts, async (req, res) => {
    const { agent } = await authorize(parts, req, operation);
    const audited = {
      route: { operation },
      agentId: agent._id,
      request: { params: { id: 'backup' }, body: {} },
    };
    if (await auditRead(parts, audited)) await parts.store.durable();
    res.writeHead(200, {
      'Content-Type': 'application/gzip',
      'Content-Disposition': 'attachment; filename="switchboard-backup.ndjson.gz"',
    });
    await pipeline(Readable.from(dumpLines(parts.store, parts.now)), createGzip(), res);
  });
}
