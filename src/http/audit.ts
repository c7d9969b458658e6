import { insertOnce } from '../store/collection.ts';
import type { AuditDoc, AuditedField, Store } from '../store/documents.ts';
import { problemOf } from './problem.ts';
import type { RawRequest, Route } from './route.ts';

/**
 * Every write of the API is audited, but for these: an unsent text of one's own, kept every few seconds while one
 * types; what one has seen; and a try-out, which changes nothing.
 */
const UNAUDITED: ReadonlySet<string> = new Set(['keepDraft', 'deleteDraft', 'seeMentions', 'tryRules']);

/** Reads that show what customers have written, or who they are, beyond what the desk shows of those who wait. */
const AUDITED_READS: ReadonlySet<string> = new Set([
  'listTranscript',
  'listDeadLetters',
  'getContact',
  'getOptout',
  'listOptouts',
  'getBackup',
  'exportContact',
  'openMedia',
]);

/** Milliseconds. A transcript that is on the screen is read again and again, a list page by page: that is one entry. */
const ONE_READING = 10 * 60_000;

/**
 * The fields whose strings are shown. Whatever is not here may hold a text, a secret or something of the customer: of a
 * new field the audit tells that it was there, and no more, until somebody has thought about it.
 */
const SHOWN: ReadonlySet<string> = new Set([
  ...['id', 'agentId', 'queueId', 'messageId', 'macroId', 'presenceId', 'slug', 'name', 'role', 'rights'],
  ...['auth', 'provider', 'sessions', 'expiresAt', 'tokenExpiresAt'],
  ...['queues', 'languages', 'language', 'skills', 'tags', 'presence', 'base', 'status', 'mode', 'method'],
  ...['timeZone', 'date', 'when', 'is', 'do', 'wrapUp', 'dialog', 'step', 'types', 'events', 'setId'],
]);

/** Shown where they look like a code, or a time of day: neither a text nor a phone number. */
const CODES: ReadonlySet<string> = new Set(['outcome', 'disposition', 'from', 'to']);
const CODE = /^(?!.*\d{5})[\w.:-]{1,64}$/;

/** What is in these is the customer's, or a text, whatever its own name is. */
const CLOSED: ReadonlySet<string> = new Set(['variables', 'context', 'texts', 'bytes']);

const MOST_FIELDS = 200;
const LONGEST_VALUE = 500;

/** Writes whose request names nothing since it is about whoever sends it. */
const OF_ONESELF: ReadonlySet<string> = new Set(['setPresence']);

type Parts = { store: Pick<Store, 'audit'>; now: () => number };

/** What of a request goes into the audit. */
export interface Audited {
  route: Pick<Route, 'operation'>;
  agentId: string;
  request: Pick<RawRequest, 'params' | 'body'>;
}

/**
 * Does a write between its entry and what became of it. The entry comes first: a process that dies in between leaves an
 * entry without a change perhaps, never a change without an entry. `effectKey` is that of the request: an attempt that
 * repeats it finds the entry of the one before.
 */
export async function withAudit<A>(
  parts: Parts,
  audited: Audited & { effectKey: string },
  write: () => Promise<A>,
): Promise<A> {
  const { operation } = audited.route;
  if (UNAUDITED.has(operation)) return write();
  if (operation === 'claimNext') return withClaimAudited(parts, audited, write);
  const { agentId, request, effectKey } = audited;
  const { id, slug, ...others } = asRecord(request.params);
  const named = stringOf(id) ?? stringOf(slug) ?? nameIn(request.body);
  const target = named ?? (OF_ONESELF.has(operation) ? agentId : '');
  const changes = fieldsOf({ ...others, ...asRecord(request.body) });
  const _id = `write:${effectKey}`;
  const isFirst = await insertOnce(parts.store.audit, {
    _id,
    at: parts.now(),
    agentId,
    operation,
    target,
    changes,
  });
  let answer: A;
  try {
    answer = await write();
  } catch (error) {
    const { status, code } = problemOf(error);
    // What the attempt before this one did may be why it is refused now.
    if (status < 500 && isFirst) await parts.store.audit.updateOne({ _id }, { $set: { refused: code } });
    throw error;
  }
  const gained = target === '' ? { $set: gainedBy(answer, changes) } : {};
  // The attempt before this one may have been refused.
  const done = isFirst ? gained : { ...gained, $unset: { refused: true as const } };
  if (Object.keys(done).length > 0) await parts.store.audit.updateOne({ _id }, done);
  return answer;
}

/** What the answer adds to an entry whose request named nothing: what was made, or of many things how many. */
function gainedBy(answer: unknown, changes: AuditedField[]): Pick<AuditDoc, 'target' | 'changes'> {
  const target = nameIn(answer) ?? Object.values(asRecord(answer)).map(nameIn).find(Boolean);
  if (target !== undefined) return { target, changes };
  const counts = Object.entries(asRecord(answer)).filter(([, value]) => typeof value === 'number');
  return { target: '', changes: [...changes, ...fieldsOf(Object.fromEntries(counts))] };
}

/**
 * Which conversation it was, the answer says, so the entry comes after it; should the process die in between, the
 * history of the conversation still says who claimed it. Programs ask again and again where nothing waits: no entry.
 */
async function withClaimAudited<A>(
  { store, now }: Parts,
  { route, agentId, request, effectKey }: Audited & { effectKey: string },
  claim: () => Promise<A>,
): Promise<A> {
  const claimed = await claim();
  const target = idOf(claimed);
  if (target !== undefined) {
    const changes = fieldsOf({ queueId: asRecord(request.params).id });
    const { operation } = route;
    await insertOnce(store.audit, {
      _id: `write:${effectKey}`,
      at: now(),
      agentId,
      operation,
      target,
      changes,
    });
  }
  return claimed;
}

/** Adds the entries of a read that is audited; false when there is nothing to add. */
export async function auditRead(
  { store, now }: Parts,
  { route, agentId, request }: Audited,
  { csv = false, answer }: { csv?: boolean; answer?: unknown } = {},
): Promise<boolean> {
  const { operation } = route;
  if (!AUDITED_READS.has(operation)) return false;
  const at = now();
  const reading = Math.floor(at / ONE_READING);
  // As CSV all of a list leaves at once, which is not the same as to look at a page of it.
  const how = csv ? `${operation}:csv` : operation;
  const changes = csv ? [{ field: 'format', value: 'csv' }] : [];
  let added = false;
  for (const target of operation === 'getContact' ? shownOnCard(answer) : [targetOf(request)]) {
    const _id = `read:${agentId}:${how}:${reading}:${target}`;
    const isNew = await insertOnce(store.audit, { _id, at, agentId, operation, target, changes });
    added ||= isNew;
  }
  return added;
}

function targetOf({ params }: Audited['request']): string {
  const { id, number } = asRecord(params);
  return stringOf(id) ?? stringOf(number) ?? '';
}

/**
 * What a contact card tells of: conversations, whose retention then holds for the entries too, or a number of which
 * there is only who wants no texts. Of an empty card, nothing. What was asked for may be written in many ways.
 */
function shownOnCard(card: unknown): string[] {
  const { number, conversations, optouts } = asRecord(card);
  const ids = listOf(conversations).flatMap((one) => idOf(one) ?? []);
  if (ids.length > 0) return ids;
  return listOf(optouts).length > 0 ? [stringOf(number) ?? ''] : [];
}

/** The leaves of a body, with their paths. */
export function fieldsOf(body: unknown): AuditedField[] {
  const fields: AuditedField[] = [];
  const walk = (value: unknown, path: string[], name: string): void => {
    if (fields.length > MOST_FIELDS) return;
    const isClosed = CLOSED.has(name);
    if (typeof value === 'object' && value !== null && !isClosed) {
      const isList = Array.isArray(value);
      const members = Object.entries(value);
      if (members.length === 0) fields.push({ field: path.join('.'), value: null });
      for (const [key, member] of members) walk(member, [...path, key], isList ? name : key);
    } else if (value !== undefined) {
      fields.push({ field: path.join('.'), ...(isClosed ? {} : shown(name, value)) });
    }
  };
  for (const [key, value] of Object.entries(asRecord(body))) walk(value, [key], key);
  return fields.length > MOST_FIELDS ? [...fields.slice(0, MOST_FIELDS), { field: '…' }] : fields;
}

function shown(name: string, value: unknown): Pick<AuditedField, 'value'> {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return { value };
  if (typeof value !== 'string') return {};
  if (SHOWN.has(name) || (CODES.has(name) && CODE.test(value)))
    return { value: value.slice(0, LONGEST_VALUE) };
  return {};
}

function idOf(value: unknown): string | undefined {
  return stringOf(asRecord(value).id);
}

/** What a body says that it is about, by its id or slug. */
function nameIn(value: unknown): string | undefined {
  return idOf(value) ?? stringOf(asRecord(value).slug);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asRecord(value: unknown): { [field: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
