import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ledgerId } from '../../conversations/consent.ts';
import { SwitchboardError } from '../../errors.ts';
import type { OptoutDoc } from '../../store/documents.ts';
import { csvOf } from '../csv.ts';
import { readOptouts } from '../optout-list.ts';
import {
  importResult,
  newOptout,
  type OptoutEvidence,
  type OptoutView,
  optin,
  optout,
  optoutEvidence,
  optoutFilter,
  optoutList,
} from '../optout-schemas.ts';
import { decodeCursor, type Position, readPage } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf } from '../schemas.ts';
import { isoTime } from '../views.ts';

const tag = 'Consent';

/** Bytes of a list: about 40,000 lines. */
const LIST_LIMIT = 2 * 1024 * 1024;
const MOST_PROBLEMS = 100;

const EXAMPLE: OptoutView = {
  id: '0c51b0f9c1f0a3b6a0a5f3c9d2e4b817',
  number: '15550109999',
  customer: '15550100001',
  state: 'out',
  since: '2026-03-02T09:30:00.000Z',
  source: 'customer',
  words: 'STOP',
};

const EVIDENCE: OptoutEvidence = {
  ...EXAMPLE,
  history: [
    {
      at: EXAMPLE.since,
      state: 'out',
      source: 'customer',
      words: 'STOP',
      code: null,
      agentId: null,
      changed: true,
    },
  ],
};

type Parts = Pick<HttpParts, 'store' | 'optouts' | 'now'>;

/** Who wants no texts, and how that is known. */
export function optoutRoutes({ store, optouts, now }: Parts): Route[] {
  return [
    route({
      operation: 'listOptouts',
      method: 'get',
      path: '/api/optouts',
      tag,
      summary: 'Who wants no texts, the latest change first',
      description:
        'One entry for each support number and customer about whom something was said; filters add up. As CSV with `Accept: text/csv` or `format=csv`: then all of them at once, in the columns that the import takes.',
      request: z.object({ query: optoutFilter }),
      answer: {
        status: 200,
        description: 'A page of entries.',
        schema: pageOf(optout),
        example: { items: [EXAMPLE], cursor: null },
      },
      csv: { example: optoutCsv({ items: [EXAMPLE] }), of: optoutCsv },
      errors: [],
      async handle({ query }, { csv }) {
        if (query.customer !== undefined) {
          const all = await store.optouts.find({ customer: query.customer }).toArray();
          const found = all
            .filter((entry) => matches(entry, query))
            .sort((a, b) => b.changedAt - a.changedAt);
          return { items: found.map(optoutView), cursor: null };
        }
        const items: OptoutDoc[] = [];
        let after = decodeCursor(query.cursor);
        for (;;) {
          const page = await readPage<OptoutDoc>({
            read: (before, limit) =>
              store.optouts
                .find(before === undefined ? { changedAt: { $gte: 0 } } : { changedAt: { $lte: before } }, {
                  sort: { changedAt: -1 },
                  limit,
                })
                .toArray(),
            positionOf,
            order: -1,
            after,
            limit: query.limit,
            accept: (entry) => matches(entry, query),
          });
          items.push(...page.items);
          if (!csv || page.cursor === null) return { items: items.map(optoutView), cursor: page.cursor };
          after = decodeCursor(page.cursor);
        }
      },
    }),
    route({
      operation: 'getOptout',
      method: 'get',
      path: '/api/optouts/{id}',
      tag,
      summary: 'What was said about texts to one customer, and when',
      description: 'By the entry’s own id, or by that of the conversation.',
      request: z.object({ params: idParameter }),
      answer: { status: 200, description: 'The evidence.', schema: optoutEvidence, example: EVIDENCE },
      errors: ['not_found'],
      async handle({ params }) {
        return evidenceView(await entryAt(params.id));
      },
    }),
    route({
      operation: 'createOptout',
      method: 'post',
      path: '/api/optouts',
      tag,
      summary: 'Have a customer get no more texts from a number',
      description:
        'For what was said elsewhere: by phone, by letter. The customer is not texted about it. Of one who gets none already nothing changes.',
      request: z.object({ body: newOptout }),
      exampleBody: { number: '15550109999', customer: '15550100001', reason: 'Asked for it by phone.' },
      answer: {
        status: 201,
        description: 'The entry as it is now.',
        schema: optoutEvidence,
        example: EVIDENCE,
      },
      errors: [],
      async handle({ body: { reason, ...parties } }, { agent, effectKey }) {
        const entry = await optouts.say(parties, {
          cause: `agent:${effectKey}`,
          at: now(),
          state: 'out',
          source: 'agent',
          words: reason,
          agentId: agent._id,
        });
        return evidenceView(found(entry));
      },
    }),
    route({
      operation: 'startTexts',
      method: 'post',
      path: '/api/optouts/{id}/start',
      tag,
      summary: 'Let a customer get texts again',
      description:
        'Only where the customer has said so; the reason says how. What was held until then stays held. TeleSign may go on to refuse texts that it was told to: the customer then has to text START themselves.',
      request: z.object({ params: idParameter, body: optin }),
      exampleBody: { reason: 'Asked for it by mail on 2 March.' },
      answer: {
        status: 200,
        description: 'The entry as it is now.',
        schema: optoutEvidence,
        example: EVIDENCE,
      },
      errors: ['not_found'],
      async handle({ params, body: { reason } }, { agent, effectKey }) {
        const { number, customer } = await entryAt(params.id);
        if (number === undefined || customer === undefined) {
          throw new SwitchboardError('not_found', 'The number of this entry was erased.');
        }
        const entry = await optouts.say(
          { number, customer },
          {
            cause: `agent:${effectKey}`,
            at: now(),
            state: 'in',
            source: 'agent',
            words: reason,
            agentId: agent._id,
          },
        );
        return evidenceView(found(entry));
      },
    }),
    route({
      operation: 'importOptouts',
      method: 'post',
      path: '/api/optouts/import',
      tag,
      summary: 'Read in a list of people who want no texts',
      description:
        'CSV with a first line that names the columns `number` and `customer`, and perhaps `since` (ISO 8601) and `words`; send it as `text/csv`, or as JSON in `csv`. Up to 2 MiB. Lines with a mistake are left out and named, the others count. Reading the same list in again changes nothing, and nobody who has texted START since is opted out by an older line.',
      request: z.object({ body: optoutList }),
      csvBody: { limit: LIST_LIMIT },
      exampleBody: { csv: 'number,customer,since\r\n15550109999,15550100001,2026-03-02T09:30:00Z\r\n' },
      answer: {
        status: 200,
        description: 'What came of it.',
        schema: importResult,
        example: { imported: 1, unchanged: 0, problems: [] },
      },
      errors: [],
      async handle({ body: { csv } }, { agent }) {
        const { rows, problems } = readOptouts(csv);
        let imported = 0;
        for (const { number, customer, at, words } of rows) {
          const cause = `import:${causeOf(number, customer, at, words)}`;
          const before = await store.optouts.findOne({ _id: ledgerId(`${number}-${customer}`) });
          const entry = await optouts.say(
            { number, customer },
            {
              cause,
              at: now(),
              ...(at === undefined ? {} : { about: at }),
              state: 'out',
              source: 'import',
              ...(words === undefined ? {} : { words }),
              agentId: agent._id,
            },
          );
          if (entry?.state === 'out' && before?.state !== 'out') imported += 1;
        }
        return { imported, unchanged: rows.length - imported, problems: problems.slice(0, MOST_PROBLEMS) };
      },
    }),
  ];

  /** By the entry’s id, or the conversation’s. */
  async function entryAt(id: string): Promise<OptoutDoc> {
    return found(await store.optouts.findOne({ _id: id.includes('-') ? ledgerId(id) : id }));
  }
}

function found(entry: OptoutDoc | null): OptoutDoc {
  if (!entry) throw new SwitchboardError('not_found', 'Nothing was said about texts to this customer.');
  return entry;
}

/** The same line of the same list is the same cause. */
function causeOf(...line: (string | number | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(line)).digest('hex').slice(0, 32);
}

function positionOf({ changedAt, _id }: OptoutDoc): Position {
  return { at: changedAt, tie: _id };
}

function matches(
  entry: OptoutDoc,
  { state, source, number }: Pick<z.output<typeof optoutFilter>, 'state' | 'source' | 'number'>,
): boolean {
  return (
    (state === undefined || entry.state === state) &&
    (source === undefined || entry.source === source) &&
    (number === undefined || entry.number === number)
  );
}

/** An entry as lists and the contact card show it. */
export function optoutView({ _id, number, customer, state, at, source, words }: OptoutDoc): OptoutView {
  return {
    id: _id,
    number: number ?? null,
    customer: customer ?? null,
    state,
    since: isoTime(at),
    source,
    words: words ?? null,
  };
}

export function evidenceView(entry: OptoutDoc): OptoutEvidence {
  return {
    ...optoutView(entry),
    history: entry.history.map(({ at, state, source, words, code, agentId, changed }) => ({
      at: isoTime(at),
      state,
      source,
      words: words ?? null,
      code: code ?? null,
      agentId: agentId ?? null,
      changed,
    })),
  };
}

const COLUMNS = ['id', 'number', 'customer', 'state', 'since', 'source', 'words'] as const;

function optoutCsv({ items }: { items: OptoutView[] }): string {
  return csvOf(
    COLUMNS,
    items.map((item) => COLUMNS.map((column) => item[column])),
  );
}
