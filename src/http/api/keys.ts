import { z } from 'zod';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

const resealed = z
  .object({
    resealed: z.number().int().meta({ description: 'Secrets that were encrypted anew.' }),
    current: z.number().int().meta({ description: 'Those that had been before.' }),
    unreadable: z
      .array(z.string())
      .meta({ description: 'What neither key reads, such as `channels/sales`: write it anew.' }),
  })
  .meta({ id: 'Resealed' });

export function keyRoutes({ reseal }: Pick<HttpParts, 'reseal'>): Route[] {
  return [
    route({
      operation: 'rotateKeys',
      method: 'post',
      path: '/api/keys/rotate',
      tag: 'Service',
      summary: 'Encrypt all stored secrets with the current SECRET_KEY',
      description:
        'What `switchboard keys rotate` asks a running service for, after a start with the new key as SECRET_KEY and the one before as SECRET_KEY_PREVIOUS. Repeating it does no harm.',
      request: z.object({}),
      answer: {
        status: 200,
        description: 'What became of them.',
        schema: resealed,
        example: { resealed: 4, current: 0, unreadable: [] },
      },
      errors: [],
      handle: () => reseal(),
    }),
  ];
}
