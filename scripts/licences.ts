import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Prints each package that comes with the service, with its version and its licence, and fails at one whose licence is
 * not among those that ask for nothing but to be named.
 */

const ROOT = resolve(import.meta.dirname, '..');

export const FREE: ReadonlySet<string> = new Set([
  ...['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense'],
  ...['CC0-1.0', 'MIT-0', 'Python-2.0', 'AFL-2.1'],
]);

/** Said elsewhere than in `package.json`. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = { 'escape-regexp-component': 'MIT' }; // its readme

export interface Licensed {
  name: string;
  version: string;
  /** As the package says it; empty = it does not. */
  licence: string;
}

/** What is installed with `npm ci --omit=dev`, by the lock file, but for what is for other systems only. */
export function licensed(): Licensed[] {
  const lock: { packages: Record<string, { version?: string; dev?: boolean; optional?: boolean }> } =
    JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .flatMap(([path, { version = '', optional = false }]) => {
      const licence = licenceIn(path);
      if (licence === null && optional) return [];
      const name = path.replace(/^.*node_modules\//, '');
      return [{ name, version, licence: licence || (SAID_ELSEWHERE[name] ?? '') }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether one of the licences that it may be used under is free: `(A OR B)`, `A AND B`. */
export function isFree(licence: string): boolean {
  return licence
    .replace(/[()]/g, '')
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((one) => FREE.has(one.trim())));
}

/** Null = it is not installed here. Older packages have a list of objects. */
function licenceIn(path: string): string | null {
  let manifest: { license?: unknown; licenses?: unknown };
  try {
    manifest = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
  } catch {
    return null;
  }
  const { license, licenses } = manifest;
  if (typeof license === 'string') return license;
  const all = Array.isArray(licenses) ? licenses : [license];
  return all.map((one: { type?: string } | undefined) => one?.type ?? '').join(' OR ');
}

if (process.argv[1] === import.meta.filename) {
  const all = licensed();
  for (const { name, version, licence } of all) console.log(`${name}@${version}\t${licence}`);
  const others = all.filter(({ licence }) => !isFree(licence));
  for (const { name, licence } of others)
    console.error(`${name}: look at its licence: ${licence || 'none said'}`);
  process.exitCode = others.length === 0 ? 0 : 1;
}
