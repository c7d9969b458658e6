import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** A CPU profile as `node --cpu-prof` writes it. Times in microseconds of the monotonic clock. */
const cpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.number(),
      }),
      children: z.array(z.number()).default([]),
    }),
  ),
  startTime: z.number(),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

type Node = z.infer<typeof cpuProfile>['nodes'][number];

export interface Share {
  name: string;
  /** Of the time that the thread was busy. */
  share: number;
}

export interface ProfileSummary {
  /** Share of the window in which the thread did anything. */
  busy: number;
  /** Self time by package or folder. */
  byPart: Share[];
  /** Self time by function. Native code stands with the function that called it. */
  byFunction: Share[];
  /** Time of the project's own functions with all that they call, but not what they await. */
  withCalled: Share[];
}

/**
 * Where the time went in a window of the profile. `from` and `to` are microseconds of the monotonic clock
 * (`process.hrtime`), so that the start of the service does not count.
 */
export async function summariseProfile(
  file: string,
  window: { from: number; to: number },
): Promise<ProfileSummary> {
  const profile = cpuProfile.parse(JSON.parse(await readFile(file, 'utf8')));
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap((node) => node.children.map((child): [number, Node] => [child, node])),
  );
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  const whole = new Map<string, number>();
  let [at, busy, total] = [profile.startTime, 0, 0];
  for (const [n, id] of profile.samples.entries()) {
    at += profile.timeDeltas[n] ?? 0;
    if (at < window.from || at > window.to) continue;
    // A sample stands for the time until the next one.
    const time = Math.max(profile.timeDeltas[n + 1] ?? 0, 0);
    const node = nodes.get(id);
    if (!node) continue;
    total += time;
    if (node.callFrame.functionName === '(idle)') continue;
    busy += time;
    add(parts, partOf(node.callFrame.url, node.callFrame.functionName), time);
    add(functions, nameOf(node, parents), time);
    for (const name of ownAbove(node, parents)) add(whole, name, time);
  }
  return {
    busy: busy / total,
    byPart: shares(parts, busy),
    byFunction: shares(functions, busy),
    withCalled: shares(whole, busy),
  };
}

function add(times: Map<string, number>, name: string, time: number): void {
  times.set(name, (times.get(name) ?? 0) + time);
}

function nameOf(node: Node, parents: ReadonlyMap<number, Node>): string {
  const { functionName, url, lineNumber } = node.callFrame;
  if (url !== '') return `${functionName || '(anonymous)'} ${placeOf(url, lineNumber)}`;
  const caller = parents.get(node.id);
  return functionName.startsWith('(') || caller === undefined || caller.callFrame.url === ''
    ? functionName
    : `${functionName} ← ${nameOf(caller, parents)}`;
}

/** The project's own functions on the stack, each once. */
function ownAbove(node: Node, parents: ReadonlyMap<number, Node>): Set<string> {
  const names = new Set<string>();
  for (let at: Node | undefined = node; at; at = parents.get(at.id)) {
    const { url } = at.callFrame;
    if (url.startsWith('file:') && !url.includes('/node_modules/')) names.add(nameOf(at, parents));
  }
  return names;
}

function shares(times: Map<string, number>, whole: number): Share[] {
  return [...times].map(([name, time]) => ({ name, share: time / whole })).sort((a, b) => b.share - a.share);
}

/** `dist/store`, `lmdb`, `node:http`, `(garbage collector)`; native code called from JavaScript has no file. */
function partOf(url: string, functionName: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(native)';
  if (url.startsWith('node:')) return url.split('/')[0] ?? url;
  const path = url.replace(/^file:\/\//, '');
  const inPackage = path.lastIndexOf('/node_modules/');
  if (inPackage >= 0) {
    const [scope = '', name = ''] = path.slice(inPackage + '/node_modules/'.length).split('/');
    return scope.startsWith('@') ? `${scope}/${name}` : scope;
  }
  return ownPath(path).split('/').slice(0, 2).join('/');
}

function placeOf(url: string, line: number): string {
  if (url === '') return '';
  const path = url.replace(/^file:\/\//, '');
  const inPackage = path.lastIndexOf('/node_modules/');
  const short = inPackage >= 0 ? path.slice(inPackage + '/node_modules/'.length) : ownPath(path);
  return `${short}:${line + 1}`;
}

function ownPath(path: string): string {
  return path.replace(/^.*\/(?=dist\/|bench\/|src\/)/, '');
}
