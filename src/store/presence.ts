import type { Presence } from './agent.ts';

/** A presence of the company's own, such as a lunch break. */
export interface PresenceDoc {
  _id: string;
  name: string;
  /** What it is to routing. */
  base: Presence;
}
