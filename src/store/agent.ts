/** What an agent may beside what the role says. `secrets`: write API keys and webhooks' secrets, and give this right. */
export const EXTRA_RIGHTS = ['secrets'] as const;
export type ExtraRight = (typeof EXTRA_RIGHTS)[number];

export const ROLES = ['agent', 'supervisor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What routing knows; an own presence (`PresenceDoc`) is mapped to one of these. */
export const PRESENCES = ['available', 'busy', 'do_not_disturb', 'away', 'offline'] as const;
export type Presence = (typeof PRESENCES)[number];

/** Capacity that one conversation takes up. */
export interface Work {
  conversationId: string;
  /** Whose limit it counts against. */
  workstreamId: string;
  /** Units. */
  cost: number;
  /** Taken up before the conversation says so: gone by itself when it does not say so by then. */
  reservedUntil?: number;
}

export interface AgentDoc {
  _id: string;
  name: string;
  role: Role;
  queues: string[];
  /** BCP 47. Empty = any. */
  languages: string[];
  skills: string[];
  /** Units. A push never goes beyond it. */
  capacity: number;
  /** Conversations at a time, by workstream; no entry = as many as the capacity allows. */
  limits: { [workstreamId: string]: number };
  presence: Presence;
  /** The own presence that was chosen, if it was one. */
  presenceId?: string;
  presenceAt: number;
  /**
   * When they are gone, should nobody push it forward: whoever serves them an event stream does. Absent for who has had
   * none since they were last gone, such as a program that never listens.
   */
  graceUntil?: number;
  work: Work[];
  /** Grows at each change of `work`; what reads and later writes it carries it. */
  workVersion: number;
  /** When a conversation was last pushed to them: the order of round robin. */
  assignedAt: number;
  /** Since when they have had no work: with `presenceAt` the order of longest idle. */
  idleSince: number;
  /** Notes that name them and are not newer than this they have seen. Absent = they have never said so. */
  mentionsSeenAt?: number;
  /** Absent = none beside the role's. */
  rights?: ExtraRight[];
  /** SHA-256 of the bearer token, hex. Absent = none: it was revoked, or they sign in elsewhere. */
  tokenHash?: string;
  /** From then on the token counts for nothing. */
  tokenExpiresAt?: number;
  createdAt: number;
  changedAt: number;
}

export type Staffing = Pick<
  AgentDoc,
  'limits' | 'presence' | 'presenceAt' | 'work' | 'workVersion' | 'assignedAt' | 'idleSince'
>;

/** What an agent who is new has of presence and work. */
export function newStaffing(now: number): Staffing {
  return {
    limits: {},
    presence: 'offline',
    presenceAt: now,
    work: [],
    workVersion: 0,
    assignedAt: 0,
    idleSince: now,
  };
}
