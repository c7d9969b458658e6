import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { z } from 'zod';
import { Connection } from './connection.ts';
import { MOST_NOISE } from './contest.ts';
import { queueOf, WARM_UP_LINE } from './desk-fill.ts';
import { type Latency, latencyOf } from './latency.ts';
import { BENCH_TOKEN } from './service-command.ts';
import { cpuSecondsOf, machineCpuSeconds, type ServiceProcess } from './service-process.ts';

export const AGENTS = 16;
/** Of each agent, in one round: so many conversations may somebody have at a time. */
const CLAIMS = 25;
/** Rounds after which the service has compiled what it runs. */
const WARM_UP = 8;
/** Conversations that all agents claim while the service warms up. */
export const WARM_UP_CLAIMS = WARM_UP * AGENTS * CLAIMS;

/** Latencies of all claims of all rounds. */
export interface ClaimsScore extends Latency {
  claims: number;
  /** Milliseconds of processor time, all threads of the service. */
  'cpu a claim': number;
  /** Processors that neither service nor bench, but others on this machine kept busy. */
  others: number;
}

interface Round {
  times: number[];
  /** Seconds. */
  cpu: number;
  others: number;
}

interface Agent {
  token: string;
  /** Of a supervisor who closes what the agent has: both together would ask more often than the service lets one. */
  closer: string;
  connection: Connection;
  has: string[];
}

/**
 * Claims of 16 agents at once, each of whom asks again as soon as they are answered. Between two rounds, what
 * they have is closed, which does not count. A round that others on this machine disturbed is taken again, until as many
 * again were; `lines` are whose turn it is in which round: the last one goes on.
 */
export async function measureClaims(
  service: ServiceProcess,
  lines: number,
  rounds: number,
): Promise<ClaimsScore> {
  const pool = new Pool(service.origin, { connections: AGENTS });
  const connections = Array.from({ length: AGENTS }, () => new Connection(service.origin));
  try {
    const queues = [WARM_UP_LINE, ...Array.from({ length: lines }, (_, n) => queueOf(n))];
    const agents = await Promise.all(
      connections.map((connection, n) => newAgent(pool, connection, n, queues)),
    );
    for (let n = 0; n < WARM_UP; n += 1) await oneRound(pool, service, agents, WARM_UP_LINE);
    const taken: Round[] = [];
    for (let n = 0, disturbed = 0; n < rounds + disturbed; n += 1) {
      const round = await oneRound(pool, service, agents, queueOf(Math.min(n, lines - 1)));
      if (round.others > MOST_NOISE && disturbed < rounds) disturbed += 1;
      else taken.push(round);
    }
    const times = taken.flatMap((round) => round.times);
    const sum = (of: (round: Round) => number) => taken.reduce((total, round) => total + of(round), 0);
    return {
      claims: times.length,
      ...latencyOf(times),
      'cpu a claim': (sum(({ cpu }) => cpu) * 1000) / times.length,
      others: sum(({ others }) => others) / taken.length,
    };
  } finally {
    for (const connection of connections) connection.close();
    await pool.close();
  }
}

async function oneRound(
  pool: Pool,
  service: ServiceProcess,
  agents: readonly Agent[],
  queue: string,
): Promise<Round> {
  const before = cpuNow(service);
  const times = (await Promise.all(agents.map((agent) => claimSome(agent, queue)))).flat();
  const after = cpuNow(service);
  const others = after.machine - before.machine - (after.known - before.known);
  await Promise.all(agents.map((agent) => closeAll(pool, agent)));
  return {
    times,
    cpu: after.service - before.service,
    others: Math.max(0, others / (after.at - before.at)),
  };
}

function cpuNow(service: ServiceProcess) {
  const own = service.cpuSeconds();
  return {
    at: performance.now() / 1000,
    service: own,
    known: own + cpuSecondsOf(process.pid),
    machine: machineCpuSeconds(),
  };
}

async function claimSome(agent: Agent, queue: string): Promise<number[]> {
  const times: number[] = [];
  const claim = Buffer.from(
    `POST /api/queues/${queue}/claim HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${agent.token}\r\nContent-Length: 0\r\n\r\n`,
  );
  const bodies: string[] = [];
  for (let n = 0; n < CLAIMS; n += 1) {
    const started = performance.now();
    const { status, body, at } = await agent.connection.ask(claim);
    times.push(at - started);
    if (status !== 200) throw new Error(`A claim was answered with ${status}: ${body}`);
    bodies.push(body);
  }
  agent.has = bodies.map((body) => z.object({ id: z.string() }).parse(JSON.parse(body)).id);
  return times;
}

async function closeAll(pool: Pool, agent: Agent): Promise<void> {
  for (const id of agent.has) await asked(pool, 200, agent.closer, `/api/conversations/${id}/close`, {});
  agent.has = [];
}

async function newAgent(pool: Pool, connection: Connection, n: number, queues: string[]): Promise<Agent> {
  const token = await newToken(pool, { id: `claimer-${n}`, name: `Claimer ${n}`, role: 'agent', queues });
  const closer = await newToken(pool, { id: `closer-${n}`, name: `Closer ${n}`, role: 'supervisor', queues });
  return { token, closer, connection, has: [] };
}

async function newToken(pool: Pool, agent: object): Promise<string> {
  const answer = await asked(pool, 201, BENCH_TOKEN, '/api/agents', agent);
  return z.object({ token: z.string() }).parse(JSON.parse(answer)).token;
}

async function asked(
  pool: Pool,
  expected: number,
  token: string,
  path: string,
  body?: object,
): Promise<string> {
  const { statusCode, body: answer } = await pool.request({
    method: 'POST',
    path,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  if (statusCode !== expected) throw new Error(`${path} was answered with ${statusCode}: ${text}`);
  return text;
}
