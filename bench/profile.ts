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
    }),
  ),
  startTime: z.number(),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

export interface Share {
  name: string;
  /** Self time, as a share of the time that the thread was busy. */
  share: number;
}

export interface ProfileSummary {
  /** Share of the window in which the thread did anything. */
  busy: number;
  byPart: Share[];
  byFunction: Share[];
}

/**
 * Self time in a window of the profile, by package or folder and by function. `from` and `to` are microseconds of the
 * monotonic clock (`process.hrtime`), so that the start of the service does not count.
 */
export async function summariseProfile(
  file: string,
  window: { from: number; to: number },
): Promise<ProfileSummary> {
  const profile = cpuProfile.parse(JSON.parse(await readFile(file, 'utf8')));
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let [at, busy, total] = [profile.startTime, 0, 0];
  for (const [n, id] of profile.samples.entries()) {
    at += profile.timeDeltas[n] ?? 0;
    if (at < window.from || at > window.to) continue;
    // A sample stands for the time until the next one.
    const time = Math.max(profile.timeDeltas[n + 1] ?? 0, 0);
    const frame = frames.get(id);
    if (!frame) continue;
    total += time;
    if (frame.functionName === '(idle)') continue;
    busy += time;
    const part = partOf(frame.url, frame.functionName);
    const name = `${frame.functionName || '(anonymous)'} ${placeOf(frame.url, frame.lineNumber)}`.trim();
    parts.set(part, (parts.get(part) ?? 0) + time);
    functions.set(name, (functions.get(name) ?? 0) + time);
  }
  return { busy: busy / total, byPart: shares(parts, busy), byFunction: shares(functions, busy) };
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
