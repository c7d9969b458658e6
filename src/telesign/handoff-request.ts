import type { HandoffRequest, Json } from '../bot-turn.ts';

/**
 * What the value of a `handoff.initiate` event asks for. Bot Framework leaves that value open, so every kind is taken:
 * `queue`, `reason`, `summary`, `context`, `skills`, `priority`, `unlessClosed` and `untakenAfter` (milliseconds) are read
 * when they are of the right type; `skill` or `Skill`, as Microsoft's own examples have it, and a bare string name the queue; all else becomes context.
 * Throws a TypeError for a value that is no JSON, such as one that contains itself.
 */
export function handoffRequest(value: unknown): HandoffRequest {
  const json: Json = JSON.parse(JSON.stringify(value) ?? 'null');
  if (typeof json === 'string') return request({ queue: json });
  if (json === null) return request({});
  if (!isObject(json)) return request({ context: { value: json } });

  const rest: { [key: string]: Json } = { ...json };
  // As a `HandoffRequest` has it where nothing is asked for.
  for (const key of ['queue', 'priority', 'untakenAfter']) if (rest[key] === null) delete rest[key];
  const take = <T extends Json>(key: string, fits: (candidate: Json | undefined) => candidate is T) => {
    const candidate = Object.hasOwn(rest, key) ? rest[key] : undefined;
    if (!fits(candidate)) return undefined;
    delete rest[key];
    return candidate;
  };
  const queue = take('queue', isString) ?? take('skill', isString) ?? take('Skill', isString);
  const reason = take('reason', isString);
  const summary = take('summary', isString);
  const untakenAfter = take('untakenAfter', isDuration);
  const skills = take('skills', isStrings);
  const priority = take('priority', isPriority);
  const unlessClosed = take('unlessClosed', isBoolean);
  const knowsClosed = take('knowsClosed', isBoolean);
  const context = take('context', isObject);
  return request({
    queue,
    reason,
    summary,
    skills,
    priority,
    unlessClosed,
    knowsClosed,
    untakenAfter,
    context: { ...rest, ...context },
  });
}

function request(
  found: Partial<{ [key in keyof HandoffRequest]: HandoffRequest[key] | undefined }>,
): HandoffRequest {
  return {
    queue: found.queue || null,
    reason: found.reason || 'unspecified',
    summary: found.summary ?? '',
    context: found.context ?? {},
    skills: found.skills ?? [],
    priority: found.priority ?? null,
    unlessClosed: found.unlessClosed ?? false,
    ...(found.knowsClosed ? { knowsClosed: true } : {}),
    untakenAfter: found.untakenAfter ?? null,
  };
}

function isString(value: Json | undefined): value is string {
  return typeof value === 'string';
}

function isDuration(value: Json | undefined): value is number {
  return typeof value === 'number' && value > 0;
}

function isStrings(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isBoolean(value: Json | undefined): value is boolean {
  return typeof value === 'boolean';
}

/** As queues have it. */
function isPriority(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 100;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
