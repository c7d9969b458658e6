import { z } from 'zod';
import { SwitchboardError } from '../../errors.ts';
import { liveSteps } from '../../publishing/live-steps.ts';
import type { PublicationDoc } from '../../store/dialog-set.ts';
import {
  dialogSetFiles,
  dialogSetPath,
  liveDialogs,
  publication,
  publicationQuery,
  publications,
  publishing,
  sessionsInDialogs,
} from '../dialog-schemas.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

const tag = 'Dialogs';

const EXAMPLE = { id: '0000000007', setId: '5f0c1d2e3a4b5c6d', at: '2026-03-01T09:30:00.000Z', by: 'admin' };

/** The dialogs that the bot runs; none of these where the bot is a program. */
export function dialogRoutes({ store, dialogs }: Pick<HttpParts, 'store' | 'dialogs'>): Route[] {
  const files = () => {
    if (dialogs) return dialogs;
    throw new SwitchboardError('not_found', 'The bot of this service is a program: it has no dialog files.');
  };
  return [
    route({
      operation: 'getDialogs',
      method: 'get',
      path: '/api/dialogs',
      tag,
      summary: 'The dialogs that are live',
      request: z.object({}),
      answer: {
        status: 200,
        description: 'What sessions begin with now.',
        schema: liveDialogs,
        example: {
          publication: EXAMPLE,
          languages: ['en', 'es'],
          dialogs: [{ id: 'main', steps: ['menu', 'person'] }],
          folderSetId: EXAMPLE.setId,
        },
      },
      errors: ['not_found'],
      async handle() {
        const { library, folder } = files();
        const { scripts, texts } = library.current();
        const live = library.publication();
        if (!live) throw new SwitchboardError('not_ready');
        return {
          publication: publicationView(live),
          languages: [...texts.languages],
          dialogs: [...scripts.dialogs.values()].map(({ id, nodes }) => ({ id, steps: [...nodes.keys()] })),
          folderSetId: await folder.setId().catch(() => null),
        };
      },
    }),
    route({
      operation: 'listPublications',
      method: 'get',
      path: '/api/dialogs/publications',
      tag,
      summary: 'What was published, the newest first',
      request: z.object({ query: publicationQuery }),
      answer: {
        status: 200,
        description: 'The last publications.',
        schema: publications,
        example: { items: [EXAMPLE] },
      },
      errors: ['not_found'],
      async handle({ query: { limit } }) {
        files();
        const docs = await store.publications.find({}, { sort: { _id: -1 }, limit }).toArray();
        return { items: docs.map(publicationView) };
      },
    }),
    route({
      operation: 'getDialogSet',
      method: 'get',
      path: '/api/dialogs/sets/{setId}',
      tag,
      summary: 'The files of a set that was published',
      request: z.object({ params: dialogSetPath }),
      answer: {
        status: 200,
        description: 'The files, as they were written.',
        schema: dialogSetFiles,
        example: {
          setId: EXAMPLE.setId,
          dialogs: [{ name: 'main.yaml', text: 'id: main\n…' }],
          locales: [{ language: 'en', files: [{ name: 'main.json', text: '{ "welcome": "Hello" }' }] }],
        },
      },
      errors: ['not_found'],
      async handle({ params: { setId } }) {
        files();
        const stored = await store.dialogSets.findOne({ _id: setId });
        if (!stored) throw new SwitchboardError('not_found');
        return { setId, dialogs: stored.dialogs, locales: stored.locales };
      },
    }),
    route({
      operation: 'publishDialogs',
      method: 'post',
      path: '/api/dialogs/publish',
      tag,
      summary: 'Make dialogs live: those in the folder, or an earlier set again',
      description:
        'All files are checked first: a set with a mistake is refused with every mistake, and the last one stays live. Sessions in progress go on with the set that they began with, but where the new set moves the step at which they stand. Other processes follow within a second or two. Publishing what is live changes nothing.',
      request: z.object({ body: publishing }),
      exampleBody: { setId: EXAMPLE.setId },
      answer: { status: 200, description: 'What is live now.', schema: publication, example: EXAMPLE },
      errors: ['not_found', 'dialogs_invalid'],
      async handle({ body }, { agent }) {
        const { library, folder } = files();
        const by = { agent: agent._id };
        const { setId } = body;
        try {
          return publicationView(
            await (setId === undefined ? folder.publish(by) : library.publishAgain(setId, by)),
          );
        } catch (error) {
          throw withPaths(error);
        }
      },
    }),
    route({
      operation: 'getSessionsInDialogs',
      method: 'get',
      path: '/api/dialogs/sessions',
      tag,
      summary: 'Where sessions in progress stand, by set, dialog and step',
      description:
        'Also those that a person has and may give back to the bot. Counts every conversation that is not closed, so it takes a second for each 50,000 of them.',
      request: z.object({}),
      answer: {
        status: 200,
        description: 'Counts by set, dialog and step.',
        schema: sessionsInDialogs,
        example: { items: [{ setId: EXAMPLE.setId, dialog: 'main', step: 'menu', conversations: 12 }] },
      },
      errors: ['not_found'],
      async handle() {
        files();
        return { items: await liveSteps(store) };
      },
    }),
  ];
}

const mistakes = z.array(
  z
    .object({
      file: z.string(),
      line: z.number(),
      column: z.number(),
      reason: z.string(),
      remedy: z.string(),
    })
    .transform(({ file, line, column, reason, remedy }) => ({
      path: `${file}:${line}:${column}`,
      message: `${reason} — ${remedy}`,
    })),
);

/** Each mistake of a set in the form in which the API tells mistakes. */
function withPaths(error: unknown): unknown {
  if (!(error instanceof SwitchboardError) || error.code !== 'dialogs_invalid') return error;
  const problems = mistakes.safeParse(error.details.problems).data ?? [];
  return new SwitchboardError('dialogs_invalid', undefined, { details: { problems } });
}

function publicationView({ _id: id, setId, at, by }: PublicationDoc): z.input<typeof publication> {
  return { id, setId, at: new Date(at).toISOString(), by: typeof by === 'string' ? by : by.agent };
}
