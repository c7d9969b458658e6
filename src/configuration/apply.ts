import { z } from 'zod';
import { SwitchboardError } from '../errors.ts';
import type { ServiceClient } from '../service-client.ts';
import type { Configuration } from './configuration-file.ts';
import type { Current, Step } from './plan.ts';
import { type Item, SECTIONS } from './sections.ts';

const page = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

/** The workstreams that the settings make have the settings' numbers by themselves, whichever those are. */
const OF_SETTINGS = /^(default|demo-.+)$/;

/** What there is now, as far as a file has it. */
export async function readCurrent(call: ServiceClient): Promise<Current> {
  const current = new Map<(typeof SECTIONS)[number], Item[]>();
  const environment = new Set<unknown>();
  for (const section of SECTIONS) {
    const { items } = page.parse(await call('GET', section.path));
    if (section.name === 'channels') {
      for (const channel of items.filter(({ source }) => source === 'environment')) {
        for (const { number } of numbersOf(channel)) environment.add(number);
      }
    }
    const own = items.filter((item) => section.isKept(item));
    const kept = section.naming?.inFile(own) ?? own;
    current.set(
      section,
      section.name === 'workstreams' ? kept.map((item) => withoutSettings(item, environment)) : kept,
    );
  }
  return current;
}

const channelNumbers = z.object({ numbers: z.array(z.object({ number: z.string() })) });

function numbersOf(channel: Item): { number: string }[] {
  return channelNumbers.parse(channel).numbers;
}

function withoutSettings(workstream: Item, environment: ReadonlySet<unknown>): Item {
  const { id, numbers } = workstream;
  if (typeof id !== 'string' || !OF_SETTINGS.test(id) || !Array.isArray(numbers)) return workstream;
  const own = numbers.filter((number) => environment.has(number));
  return { ...workstream, numbers: numbers.filter((number) => !environment.has(number)), ofSettings: own };
}

/** What a file of it has: the fields that travel, without what is not set. */
export function configurationOf(current: Current): Configuration {
  return new Map(
    [...current].map(([section, items]) => [
      section,
      items.map((item) =>
        Object.fromEntries(section.fields.flatMap((field) => (field in item ? [[field, item[field]]] : []))),
      ),
    ]),
  );
}

/**
 * Does the steps, section by section. One whose number another still has waits for the others of its section, which may
 * free it. Rejects with the first refusal; what was done by then stays, and the next apply goes on from there.
 */
export async function applySteps(
  call: ServiceClient,
  steps: readonly Step[],
  current: Current,
  done: (step: Step) => void,
): Promise<void> {
  for (const section of SECTIONS) {
    let left = steps.filter((step) => step.section === section);
    while (left.length > 0) {
      const waiting: Step[] = [];
      let refusal: unknown;
      for (const step of left) {
        try {
          await call(step.kind === 'create' ? 'POST' : 'PATCH', step.path, bodyFor(step, current));
          done(step);
        } catch (error) {
          if (!isTaken(error)) throw error;
          refusal = error;
          waiting.push(step);
        }
      }
      if (waiting.length === left.length) throw refusal;
      left = waiting;
    }
  }
}

/** With the numbers of the settings, which the file has not, and which a list without them would take away. */
function bodyFor({ section, key, body }: Step, current: Current): Item {
  const there = current.get(section)?.find((item) => item[section.key] === key);
  if (!Array.isArray(body.numbers) || !Array.isArray(there?.ofSettings)) return body;
  return { ...body, numbers: [...there.ofSettings, ...body.numbers] };
}

function isTaken(error: unknown): boolean {
  return error instanceof SwitchboardError && error.details.refused === 'number_taken';
}
