import type { Planned, Waiting } from '../../src/conversations/distribution.ts';
import type { AgentDoc } from '../../src/store/documents.ts';

/** The rules of a pass once more, as plainly as they can be said: nothing is kept from one step to the next but work. */
export function slowPass(waiting: readonly Waiting[], agents: readonly AgentDoc[], now: number): Planned[] {
  const staff = agents.map((agent) => ({ ...agent, work: [...agent.work] })).sort(by((one) => one._id));
  const line = waiting.toSorted(
    by(
      (one) => -(one.priority + one.queuePriority + (now - one.since) / 600_000),
      (one) => one.since,
      (one) => one.queuedAt,
      (one) => one.conversationId,
    ),
  );
  let later = now;
  return line.map((wanted): Planned => {
    const { conversationId, workstreamId, cost } = wanted;
    const { taker, why } = pick(wanted, staff, now);
    if (!taker) return { conversationId, agentId: null, why } as Planned;
    taker.work.push({ conversationId, workstreamId, cost });
    taker.assignedAt = ++later;
    return { conversationId, agentId: taker._id, why } as Planned;
  });
}

function pick(wanted: Waiting, staff: AgentDoc[], now: number): { taker?: AgentDoc; why: string } {
  const { distribution, queueId, excluded, whatever, skills, locale } = wanted;
  const held = (agent: AgentDoc) => agent.work.filter((one) => (one.reservedUntil ?? Infinity) > now);
  const free = (agent: AgentDoc) => held(agent).reduce((units, { cost }) => units - cost, agent.capacity);
  const room = (agent: AgentDoc) =>
    free(agent) - wanted.cost >= 0 &&
    held(agent).filter((one) => one.workstreamId === wanted.workstreamId).length + 1 <=
      (agent.limits[wanted.workstreamId] ?? Infinity);
  const has = (agent: AgentDoc) => skills.filter((skill) => agent.skills.includes(skill)).length;
  const elsewhere = (agent: AgentDoc) => Number(agent.presence !== 'available');

  const idle = ({ presence, presenceAt, idleSince }: AgentDoc) =>
    presence === 'available' && presenceAt > idleSince ? presenceAt : idleSince;

  const members = staff.filter((agent) => agent.queues.includes(queueId));
  const here = members.filter(
    ({ presence }) => presence === 'available' || (whatever && presence !== 'offline'),
  );

  const named = [...(distribution.sameAgent ? [wanted.lastAgentId] : []), ...wanted.preferredAgentIds];
  for (const [place, id] of named.entries()) {
    const taker = here.find((agent) => agent._id === id && !excluded.includes(id));
    if (taker && (whatever || room(taker))) {
      return { taker, why: distribution.sameAgent && place === 0 ? 'same_agent' : 'preferred' };
    }
  }

  const understood = here.filter(
    ({ languages }) =>
      !distribution.languages ||
      !locale ||
      languages.length === 0 ||
      languages.some((one) => one.slice(0, 2) === locale.slice(0, 2)),
  );
  const able = understood.filter((agent) => distribution.skills !== 'exact' || has(agent) === skills.length);
  const asked = able.filter((agent) => !excluded.includes(agent._id));
  const roomy = asked.filter((agent) => whatever || room(agent));
  if (members.length === 0) return { why: 'no_member' };
  if (here.length === 0) return { why: 'nobody_available' };
  if (understood.length === 0) return { why: 'no_language' };
  if (able.length === 0) return { why: 'no_skill' };
  if (asked.length === 0) return { why: 'all_excluded' };
  if (roomy.length === 0) return { why: 'no_room' };

  const method = {
    highest_free: by<AgentDoc>(
      (agent) => -free(agent),
      (agent) => agent.assignedAt,
    ),
    round_robin: by<AgentDoc>((agent) => agent.assignedAt),
    longest_idle: by<AgentDoc>(
      (agent) => Number(held(agent).length > 0),
      (agent) => (held(agent).length > 0 ? agent.assignedAt : idle(agent)),
    ),
  }[distribution.method];
  const [taker] = roomy
    .sort(method)
    .sort(by((agent) => (distribution.skills === 'closest' ? -has(agent) : 0)))
    .sort(by((agent) => (whatever ? elsewhere(agent) : 0)));
  return { ...(taker ? { taker } : {}), why: whatever ? 'whatever' : distribution.method };
}

function by<T>(...keys: ((one: T) => number | string)[]): (a: T, b: T) => number {
  return (a, b) => {
    for (const key of keys) {
      const [left, right] = [key(a), key(b)];
      if (left < right) return -1;
      if (left > right) return 1;
    }
    return 0;
  };
}
