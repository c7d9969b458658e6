import { parseArgs } from 'node:util';

const SCENARIOS = ['turn', 'inbox', 'reply', 'sizes', 'desk', 'lint', 'idle'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface Options {
  only: readonly Scenario[];
  /** Conversations in the store. */
  sizes: number[];
  rounds: number;
  profile: boolean;
}

/** Throws an `Error` that says what is wrong. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: SCENARIOS.join(',') },
      sizes: { type: 'string', default: '1000,100000,1000000' },
      rounds: { type: 'string', default: '5' },
      profile: { type: 'boolean', default: false },
    },
  });
  const only = values.only.split(',').filter((name) => name !== '');
  const unknown = only.filter((name) => !SCENARIOS.some((scenario) => scenario === name));
  if (unknown.length > 0) throw new Error(`--only takes ${SCENARIOS.join(', ')}; not ${unknown.join(', ')}`);
  return {
    only: SCENARIOS.filter((scenario) => only.includes(scenario)),
    sizes: values.sizes.split(',').map((size) => wholeNumber('--sizes', size)),
    rounds: wholeNumber('--rounds', values.rounds),
    profile: values.profile,
  };
}

function wholeNumber(option: string, value: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value))
    throw new Error(`${option} takes whole numbers up to 9999999; not ${value}`);
  return Number(value);
}
