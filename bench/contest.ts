import { performance } from 'node:perf_hooks';
import { type Latency, median } from './latency.ts';
import type { LoadProcess } from './load-process.ts';
import type { LoadResult, LoadRun } from './load-run.ts';
import { cpuSecondsOf, type Memory, machineCpuSeconds, type ServiceProcess } from './service-process.ts';

/** One service in a contest. */
export interface Contestant {
  service: ServiceProcess;
  filled: number;
}

/** What one service did in one round. */
export interface Round extends LoadResult {
  memory: Memory;
  /** Processors that the service kept busy, all its threads. */
  serviceCpu: number;
  /** Processors that neither service nor generator, but others on this machine kept busy. */
  noise: number;
}

export interface Score {
  service: string;
  filled: number;
  inFlight: number;
  until: LoadRun['until'];
  /** Medians over the rounds. */
  rate: number;
  callback: Latency;
  reply: Latency;
  serviceCpu: number;
  generatorCpu: number;
  noise: number;
  /** After the last round. */
  memory: Memory;
  /** Sums over the rounds. */
  errors: number;
  missing: number;
  doubled: number;
  wrong: number;
  rounds: Round[];
}

export interface ContestPlan {
  run: Omit<LoadRun, 'origin' | 'filled' | 'replyWithin' | 'compare'>;
  rounds: number;
  /** Texts of each service before the first round. */
  warmUp: number;
}

/** Milliseconds. */
const REPLY_WITHIN = 10_000;
/** Processors. A round with more of others' work in it is taken again. */
export const MOST_NOISE = 0.25;

/**
 * Puts the same load on several services in turn, A B A B, so that whatever else the machine does meets all of them
 * alike. A round that was disturbed is taken again, until as many again were.
 */
export async function contest(
  load: LoadProcess,
  contestants: readonly Contestant[],
  plan: ContestPlan,
): Promise<Score[]> {
  const rounds = new Map<Contestant, Round[]>(contestants.map((contestant) => [contestant, []]));
  let disturbed = 0;
  for (const contestant of contestants) await warmUp(load, contestant, plan);
  for (let n = 0; n < plan.rounds + disturbed; n += 1) {
    const taken: [Contestant, Round][] = [];
    for (const contestant of contestants) taken.push([contestant, await oneRound(load, contestant, plan)]);
    const noisy = taken.some(([, { noise }]) => noise > MOST_NOISE);
    if (noisy && disturbed < plan.rounds) disturbed += 1;
    else for (const [contestant, round] of taken) rounds.get(contestant)?.push(round);
  }
  return [...rounds].map(([contestant, taken]) => scoreOf(contestant, plan, taken));
}

async function warmUp(load: LoadProcess, { service, filled }: Contestant, plan: ContestPlan): Promise<void> {
  const { run } = plan;
  const customers = Math.ceil(plan.warmUp / run.texts);
  const result = await load.run({
    ...run,
    customers,
    origin: service.origin,
    filled,
    replyWithin: REPLY_WITHIN,
    compare: true,
  });
  const { errors, missing, doubled, wrong, wrongExample } = result;
  if (errors + missing + doubled + wrong > 0) {
    throw new Error(
      `${service.name} does not do its work: ${JSON.stringify({ errors, missing, doubled, wrong, wrongExample })}. ${service.endOfLog()}`,
    );
  }
}

async function oneRound(
  load: LoadProcess,
  { service, filled }: Contestant,
  plan: ContestPlan,
): Promise<Round> {
  const before = cpuNow(load, service);
  const result = await load.run({
    ...plan.run,
    origin: service.origin,
    filled,
    replyWithin: REPLY_WITHIN,
    compare: false,
  });
  const after = cpuNow(load, service);
  const seconds = after.at - before.at;
  const serviceCpu = (after.service - before.service) / seconds;
  const others = after.machine - before.machine - (after.known - before.known);
  return {
    ...result,
    memory: service.memory(),
    serviceCpu,
    noise: Math.max(0, others / seconds),
  };
}

function cpuNow(load: LoadProcess, service: ServiceProcess) {
  const own = service.cpuSeconds();
  return {
    at: performance.now() / 1000,
    service: own,
    known: own + load.cpuSeconds() + cpuSecondsOf(process.pid),
    machine: machineCpuSeconds(),
  };
}

function scoreOf({ service, filled }: Contestant, { run }: ContestPlan, rounds: Round[]): Score {
  const mid = (pick: (round: Round) => number) => median(rounds.map(pick));
  const sum = (pick: (round: Round) => number) => rounds.reduce((total, round) => total + pick(round), 0);
  const latency = (pick: (round: Round) => Latency): Latency => ({
    p50: mid((round) => pick(round).p50),
    p95: mid((round) => pick(round).p95),
    p99: mid((round) => pick(round).p99),
    max: mid((round) => pick(round).max),
  });
  return {
    service: service.name,
    filled,
    inFlight: run.inFlight,
    until: run.until,
    rate: mid(({ rate }) => rate),
    callback: latency(({ callback }) => callback),
    reply: latency(({ reply }) => reply),
    serviceCpu: mid(({ serviceCpu }) => serviceCpu),
    generatorCpu: mid(({ generatorCpu }) => generatorCpu),
    noise: mid(({ noise }) => noise),
    memory: service.memory(),
    errors: sum(({ errors }) => errors),
    missing: sum(({ missing }) => missing),
    doubled: sum(({ doubled }) => doubled),
    wrong: sum(({ wrong }) => wrong),
    rounds,
  };
}
