/** One line of the table against the targets. */
export interface Verdict {
  target: string;
  wanted: string;
  measured: string;
  met: boolean;
}

export interface Report {
  title: string;
  /** For people. */
  text: string;
  /** For programs. */
  data: unknown;
  verdicts: Verdict[];
}

export function atLeast(target: string, measured: number, wanted: number, unit: string): Verdict {
  return {
    target,
    wanted: `≥ ${wanted} ${unit}`,
    measured: `${rounded(measured)} ${unit}`,
    met: measured >= wanted,
  };
}

export function atMost(target: string, measured: number, wanted: number, unit: string): Verdict {
  return {
    target,
    wanted: `≤ ${wanted} ${unit}`,
    measured: `${rounded(measured)} ${unit}`,
    met: measured <= wanted,
  };
}

function rounded(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
