import { createHash } from 'node:crypto';
import type { Json } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { Frame } from './bot-state.ts';
import { type Expression, Expressions, ROOTS } from './expressions.ts';
import type { Assignment, Base, Flow, Laying, Next } from './flow.ts';
import { instead } from './nearest.ts';
import type { Path } from './problems.ts';
import type { Step } from './script.ts';
import { milliseconds } from './script-fields.ts';
import type { FieldType, Method } from './script-http.ts';
import type { ScriptTurn } from './script-turn.ts';
import { filled, namesIn, type Template, template, valueAt } from './template.ts';
import type { Values } from './texts.ts';

export interface HttpNode {
  kind: 'http';
  method: Method;
  url: Template;
  headers: readonly (readonly [name: string, value: Template])[];
  body: readonly Assignment[] | undefined;
  /** Milliseconds, of one try. */
  timeout: number;
  retries: number;
  response: readonly ResponseField[] | undefined;
  as: string | undefined;
  /** Undefined: a failure fails the turn. */
  failed: Next | undefined;
}

interface ResponseField {
  name: string;
  value: Expression;
  type: FieldType;
  isOptional: boolean;
}

export interface HttpRequest {
  method: Method;
  url: string;
  headers: { [name: string]: string };
  body?: string;
  /** Milliseconds for all of it. */
  timeout: number;
}

/** Why there is no answer: `refused` = it may not be asked, and was not. */
export type HttpFailure = 'timeout' | 'network' | 'refused' | 'too_large';

/** Makes one request, follows no redirect and never rejects. */
export type HttpClient = (
  request: HttpRequest,
) => Promise<{ status: number; body: string } | { failed: HttpFailure }>;

/** What requests of dialogs need from outside. */
export interface HttpParts {
  client: HttpClient;
  /** By the name that dialogs use: `DIALOG_SECRET_SHOP` is `SHOP`. */
  secrets: { readonly [name: string]: string };
  /** Milliseconds. */
  now: () => number;
  sleep: (milliseconds: number) => Promise<unknown>;
}

/** The hosts that dialogs ask, each once. */
export function hostsOf(dialogs: Iterable<Pick<Flow, 'nodes'>>): string[] {
  const urls = [...dialogs].flatMap(({ nodes }) =>
    [...nodes.values()].flatMap((node) => (node.kind === 'http' ? node.url.slice(0, 1) : [])),
  );
  const hosts = urls.flatMap((url) => (typeof url === 'string' ? [new URL(url).hostname] : []));
  return [...new Set(hosts)];
}

/** Milliseconds that all requests of one turn may take, with their pauses: a turn is cut after 20 s. */
const PATIENCE = 15_000;
const PAUSE = 300;
const TRY_LATER: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** Characters of JSON. What is taken of an answer is kept in the state of the conversation. */
const LONGEST_RESULT = 8192;

export function layHttp(step: Extract<Step, { http: string }>, base: Base, laying: Laying): Base & HttpNode {
  const { path, next } = base;
  const { method = step.body ? 'POST' : 'GET', onError } = step;
  const within = step.response ? new Expressions(laying.variables, [['response', 'map']]) : undefined;
  const headers = Object.entries(step.headers ?? {}).map(([name, text]) => {
    const value = template(text);
    checkNames(value, [...path, 'headers', name], laying, true);
    return [name, value] as const;
  });
  const url = template(step.http);
  checkNames(url, [...path, 'http'], laying, false);
  if (step.as !== undefined && !step.response) {
    laying.report([...path, 'as'], 'nothing is taken of the answer', 'say under response what is');
  }
  if (onError) laying.list(onError, [...path, 'onError'], next);
  return {
    ...base,
    kind: 'http',
    method,
    url,
    headers,
    body: step.body && laying.assignments(step.body, [...path, 'body']),
    timeout: milliseconds(step.timeout ?? '5s'),
    retries: step.retries ?? (method === 'GET' ? 1 : 0),
    response:
      step.response &&
      Object.entries(step.response).map(([name, { value, type, optional = false }]) => ({
        name,
        value: laying.expression(value, [...path, 'response', name, 'value'], undefined, within),
        type,
        isOptional: optional,
      })),
    as: step.as,
    failed: onError && laying.first(onError, next),
  };
}

function checkNames(text: Template, path: Path, laying: Laying, maySecret: boolean): void {
  const known = [...ROOTS, ...laying.variables];
  for (const name of namesIn(text)) {
    const [root = ''] = name.split('.');
    if (root === 'secret' && maySecret && /^secret\.[A-Z][A-Z0-9_]*$/.test(name)) continue;
    if (root === 'secret') {
      const remedy = 'write it in a header, as {{secret.NAME}} in capitals';
      laying.report(path, `{{${name}}} is no place for a secret, or no name of one`, remedy);
    } else if (!known.includes(root)) {
      const remedy = instead(root, known, 'set it before');
      laying.report(path, `{{${name}}} is a name that nothing sets`, remedy, 'unknown_variable');
    }
  }
}

/**
 * Asks, and gives what is taken of the answer, or `{ error, status }` when there is none that counts. Throws `bot_failed`
 * for a failure that the dialog has no steps for.
 */
export async function ask(
  node: Base & HttpNode,
  frame: Frame,
  turn: ScriptTurn,
  count: number,
  parts: HttpParts | undefined,
): Promise<{ value: Values; isFailure: boolean }> {
  const answer = await answerTo(node, frame, turn, count, parts);
  const value =
    'status' in answer && answer.error === undefined ? taken(node, answer, frame, turn) : undefined;
  if (value !== undefined) return { value, isFailure: false };
  const { error = 'unexpected_answer', status = null } = answer;
  turn.warn({ step: node.id, place: node.place, error, status }, 'A request of a dialog has failed.');
  if (node.failed === undefined) {
    throw new SwitchboardError(
      'bot_failed',
      `${node.place}: the request failed (${error}), and there is no onError.`,
    );
  }
  return { value: { error, status }, isFailure: true };
}

interface Answer {
  error?: string;
  status?: number;
  body?: Json;
}

async function answerTo(
  node: Base & HttpNode,
  frame: Frame,
  turn: ScriptTurn,
  count: number,
  parts: HttpParts | undefined,
): Promise<Answer> {
  if (!parts) return { error: 'refused' };
  const request = requestOf(node, frame, turn, count, parts.secrets);
  if (typeof request === 'string') return { error: request };
  for (let tries = 0; ; tries++) {
    const started = parts.now();
    const timeout = Math.min(node.timeout, turn.patience(PATIENCE));
    const answer =
      timeout > 0 ? await parts.client({ ...request, timeout }) : ({ failed: 'timeout' } as const);
    turn.spend(parts.now() - started);
    const isLast = tries >= node.retries || turn.patience(PATIENCE) <= PAUSE;
    if ('failed' in answer) {
      if (isLast || answer.failed === 'refused' || answer.failed === 'too_large')
        return { error: answer.failed };
    } else if (answer.status >= 200 && answer.status < 300) {
      return { status: answer.status, body: jsonOf(answer.body) };
    } else if (isLast || !TRY_LATER.has(answer.status)) {
      return { error: 'status', status: answer.status };
    }
    await parts.sleep(PAUSE);
    turn.spend(PAUSE);
  }
}

/** The request, or why it cannot be made. */
function requestOf(
  node: Base & HttpNode,
  frame: Frame,
  turn: ScriptTurn,
  count: number,
  secrets: HttpParts['secrets'],
): HttpRequest | 'no_value' | 'refused' {
  const scope: Values = { ...frame.vars, ...turn.scope(frame) };
  const url = filled(node.url, (path) => valueAt(scope, path), encodeURIComponent);
  if (url === undefined) return 'no_value';
  // A value of `..` would lead to another place than the one that was written.
  if (!URL.canParse(url) || pathOf(url).split('/').some(isDots)) return 'refused';
  const headers: { [name: string]: string } = {
    accept: 'application/json',
    ...(node.method === 'GET' ? {} : { 'idempotency-key': keyOf(`${turn.input.activity.id}:${count}`) }),
    ...(node.body ? { 'content-type': 'application/json' } : {}),
  };
  for (const [name, text] of node.headers) {
    const value = filled(
      text,
      ([root, ...path]) =>
        root === 'secret' ? secrets[path[0] ?? ''] : valueAt(scope, [root ?? '', ...path]),
      plain,
    );
    if (value === undefined) return 'no_value';
    headers[name.toLowerCase()] = value;
  }
  const body = node.body?.map(({ name, value }) => [name, value.evaluate(turn.scope(frame)) ?? null]);
  return {
    method: node.method,
    url,
    headers,
    ...(body ? { body: JSON.stringify(Object.fromEntries(body)) } : {}),
    timeout: node.timeout,
  };
}

/** The same when the turn is run again. Ids of turns may hold a customer's number, so it tells nothing of them. */
function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 32);
}

function plain(value: string): string {
  return value.replace(/[^\x20-\x7e]+/g, ' ');
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]+/, '').replace(/[?#].*$/s, '') || '/';
}

function isDots(segment: string): boolean {
  return /^(?:\.|%2e){1,2}$/i.test(segment);
}

/** Null also for what is no JSON: an answer of which nothing is taken need not be any. */
function jsonOf(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What the dialog takes of an answer; undefined when that is not as it says. */
function taken(
  node: HttpNode,
  { status = 0, body = null }: Answer,
  frame: Frame,
  turn: ScriptTurn,
): Values | undefined {
  const scope = turn.scope(frame);
  const seen = { ...scope, vars: { ...scope.vars, response: { status, body } } };
  const result: Values = {};
  for (const { name, value: expression, type, isOptional } of node.response ?? []) {
    const value = expression.evaluate(seen) ?? null;
    if (!(value === null ? isOptional : isOf(type, value))) return undefined;
    result[name] = value;
  }
  return JSON.stringify(result).length > LONGEST_RESULT ? undefined : result;
}

function isOf(type: FieldType, value: Json): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'number':
    case 'boolean':
      return typeof value === type;
    case 'list':
      return Array.isArray(value);
    case 'map':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}
