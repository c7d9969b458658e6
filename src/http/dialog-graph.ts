import type { Server } from 'restify';
import { z } from 'zod';
import { SwitchboardError } from '../errors.ts';
import { type AuthParts, authorize } from './auth.ts';
import { mountEndpoint } from './endpoint.ts';
import type { HttpParts } from './parts.ts';
import { invalidRequest } from './problem.ts';
import type { Described } from './route.ts';
import { language } from './workstream-schemas.ts';

const query = z.strictObject({ language: language.optional() });

export const GRAPH_ROUTE = {
  operation: 'drawDialogs',
  method: 'get',
  path: '/api/dialogs/graph',
  tag: 'Dialogs',
  summary: 'The dialogs as a picture',
  description:
    'Each step of each live dialog and where it may lead, with the texts of one language; the service’s own where none is named.',
  schemas: { query },
  answer: {
    status: 200,
    description: 'The picture.',
    mediaTypes: ['image/svg+xml'],
    example: '<svg xmlns="http://www.w3.org/2000/svg">…</svg>',
  },
  errors: ['invalid_request', 'not_found'],
} as const satisfies Described;

/** A picture that somebody opens by itself runs nothing and loads nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

export function mountDialogGraph(
  server: Server,
  parts: AuthParts & Pick<HttpParts, 'drawDialogs' | 'log'>,
): void {
  mountEndpoint(server, GRAPH_ROUTE, parts, async (req, res) => {
    await authorize(parts, req, GRAPH_ROUTE.operation);
    const { searchParams } = new URL(req.url ?? '', 'http://localhost');
    const asked = query.safeParse(Object.fromEntries(searchParams));
    if (!asked.success) {
      throw invalidRequest([{ path: 'query.language', message: 'write a language tag such as en or zh-TW' }]);
    }
    if (parts.drawDialogs === undefined) {
      throw new SwitchboardError('not_found', 'A program is the bot: there are no dialogs.');
    }
    const drawn = await parts.drawDialogs(asked.data.language);
    res.sendRaw(200, drawn, { 'Content-Type': 'image/svg+xml', 'Content-Security-Policy': POLICY });
  });
}
