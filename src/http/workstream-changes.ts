import { queuesNamedIn, routingProblems } from '../conversations/routing-rules.ts';
import type { Store, WorkstreamDoc } from '../store/documents.ts';
import { AUTOMATED_MESSAGES, type WorkstreamSettings, workstreamOf } from '../store/workstream.ts';
import { invalidRequest } from './problem.ts';
import type { SettingsChanges } from './workstream-schemas.ts';

/** The workstream's own settings, with the changes. */
export function withChanges(doc: WorkstreamDoc, changes: SettingsChanges): Partial<WorkstreamSettings> {
  const { settings } = workstreamOf(doc);
  const {
    dialog,
    distribution,
    capacity,
    times,
    messages,
    quietHours,
    flood,
    reopenSeconds,
    retention,
    attachments,
    classification,
    routes,
  } = changes;
  return {
    ...doc.settings,
    ...(dialog !== undefined && { dialog }),
    ...(distribution && { distribution: { ...settings.distribution, ...distribution } }),
    ...(capacity && { capacity: { ...settings.capacity, ...capacity } }),
    ...(times && { times: { ...settings.times, ...times } }),
    ...(attachments && { attachments: { ...settings.attachments, ...attachments } }),
    ...(retention && { retention: { ...settings.retention, ...retention } }),
    ...(quietHours !== undefined && { quietHours }),
    ...(flood !== undefined && { flood }),
    ...(reopenSeconds !== undefined && { reopenSeconds }),
    ...(messages && { messages: { ...doc.settings?.messages, ...changedMessages(settings, messages) } }),
    ...(classification && { classification }),
    ...(routes && { routes }),
  };
}

function changedMessages(
  { messages: before }: WorkstreamSettings,
  changes: NonNullable<SettingsChanges['messages']>,
): WorkstreamSettings['messages'] {
  const changed: WorkstreamSettings['messages'] = {};
  for (const message of AUTOMATED_MESSAGES) {
    const change = changes[message];
    if (change) changed[message] = { on: false, texts: {}, ...before[message], ...change };
  }
  return changed;
}

/** Throws `invalid_request` with every mistake in the rules, which are in `place`, and every queue that there is not. */
export async function refuseMistakes(
  store: Pick<Store, 'queues'>,
  queueId: string | undefined,
  { classification = [], routes = [] }: Pick<SettingsChanges, 'classification' | 'routes'>,
  place = 'body.settings',
): Promise<void> {
  const rules = { classification, routes };
  const inPlace = <T extends { path: string }>(found: T): T => ({
    ...found,
    path: `${place}.${found.path}`,
  });
  const named = [
    ...(queueId === undefined ? [] : [{ path: 'body.queueId', queueId }]),
    ...queuesNamedIn(rules).map(inPlace),
  ];
  const known = new Set((await store.queues.find({}).toArray()).map((queue) => queue._id));
  const problems = [
    ...routingProblems(rules).map(inPlace),
    ...named
      .filter((one) => !known.has(one.queueId))
      .map(({ path, queueId: id }) => ({ path, message: `There is no queue ${id}.` })),
  ];
  if (problems.length > 0) throw invalidRequest(problems);
}
