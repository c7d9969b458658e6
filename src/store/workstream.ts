/** How conversations on its numbers come to agents. */
export interface Distribution {
  /** `pick`: agents take from the list. `push`: they are offered one. */
  mode: 'pick' | 'push';
  method: 'highest_free' | 'round_robin' | 'longest_idle';
  /** Of the skills that routing asked for: `exact` all, `closest` as many as can be had, `none` they do not count. */
  skills: 'exact' | 'closest' | 'none';
  /** Only agents who have the conversation's language. */
  languages: boolean;
  /** The agent who had the customer last is offered it first, if they are there. */
  sameAgent: boolean;
  /** How long an agent has to accept an offer. */
  offerSeconds: number;
}

export interface Capacity {
  /** Units that a conversation takes up while it is offered to an agent or active. */
  cost: number;
  /** For how long one in wrap-up takes up as much. */
  wrapUp: 'always' | 'never' | { seconds: number };
}

/** Seconds. Where a time is null, nothing happens by itself. */
export interface Times {
  closeOpen: number | null;
  /** With the bot or an agent, since the last message. */
  closeActive: number | null;
  closeWaiting: number | null;
  closeWrapUp: number | null;
  /** The customer has not answered an agent: a text that reminds them, and this long after it the close. */
  remind: number | null;
  closeReminded: number | null;
  /** An agent who has not written by then loses the conversation to the queue. */
  firstResponse: number | null;
  /** Nobody has taken a handoff, unless the dialog names a time of its own. */
  untaken: number;
}

export const AUTOMATED_MESSAGES = [
  'greeting',
  'queued',
  'position',
  'assigned',
  'not_assigned',
  'transferred',
  'left',
  'ended',
  'out_of_hours',
  'holiday',
  'overflow_ended',
  'call_back',
  'inactivity_reminder',
  'inactivity_closed',
  'survey',
  'survey_thanks',
  'opted_out',
  'opted_in',
  'help',
  'stop_unclear',
] as const;
export type AutomatedMessage = (typeof AUTOMATED_MESSAGES)[number];

/** `texts` by language stand before those of the locale files. */
export interface AutomatedSetting {
  on: boolean;
  texts: { [language: string]: string };
}

export interface RuleOutput {
  priority?: number;
  skills?: string[];
  variables?: { [name: string]: string | number | boolean };
}

/** The first rule that holds gives its output; later rulesets see the variables of earlier ones. */
export interface Ruleset {
  name: string;
  rules: { name: string; when: string; set: RuleOutput }[];
}

/** Asked in order. `to` with several queues splits by percentage. */
export interface RouteRule {
  name: string;
  /** CEL; true or false. */
  when: string;
  to: { queueId: string; percent: number }[];
}

/** Days. What is older is taken away, of closed sessions and of those that go on. Null = it is kept for ever. */
export interface Retention {
  transcripts: number | null;
  sessions: number | null;
  audit: number | null;
}

/** When nothing leaves that the customer did not ask for. Across midnight where `from` is later than `to`. */
export interface QuietHours {
  /** IANA, such as `Europe/Madrid`. */
  timeZone: string;
  /** `HH:MM` */
  from: string;
  to: string;
}

/** Whether files go in and out. */
export interface Attachments {
  /** Pictures that came as MMS are listed in the transcript, and can be opened. */
  customers: boolean;
  /** Agents give files to customers, as links. */
  agents: boolean;
}

/** When a customer’s number that texts without an end is slowed, and for how long it is then left unanswered. */
export interface Flood {
  /** Texts beyond the six a minute that can go on for ever. */
  slowAfter: number;
  muteAfter: number;
  muteSeconds: number;
}

export interface WorkstreamSettings {
  /** Where the bot begins; null = where the dialogs say. Opaque to everybody but the bot. */
  dialog: string | null;
  distribution: Distribution;
  capacity: Capacity;
  times: Times;
  messages: { [K in AutomatedMessage]?: AutomatedSetting };
  retention: Retention;
  quietHours: QuietHours | null;
  attachments: Attachments;
  /** Null = nobody is slowed. */
  flood: Flood | null;
  /** For how long after its end people have the customer's next text again. Null = the bot has it. */
  reopenSeconds: number | null;
  classification: Ruleset[];
  routes: RouteRule[];
}

export interface WorkstreamDoc {
  _id: string;
  /** Digits; a number belongs to one workstream. */
  numbers: string[];
  language: string;
  /** Where handoffs go that no rule and no dialog sends elsewhere. */
  queueId: string;
  /** What differs from `DEFAULT_SETTINGS`, part by part. */
  settings?: Partial<WorkstreamSettings>;
  /** When to look at what is under way in it, since what holds for that was changed. */
  lookAnewAt?: number;
  changedAt?: number;
}

const DAY = 86_400;

/**
 * What a workstream has that says nothing else. Times as Dynamics 365 has them for SMS; automated messages are off
 * where the bot says something itself, since each text costs.
 */
export const DEFAULT_SETTINGS: WorkstreamSettings = {
  dialog: null,
  distribution: {
    mode: 'pick',
    method: 'highest_free',
    skills: 'none',
    languages: false,
    sameAgent: true,
    offerSeconds: 120,
  },
  capacity: { cost: 1, wrapUp: 'never' },
  times: {
    closeOpen: 30 * DAY,
    closeActive: 30 * DAY,
    closeWaiting: 30 * DAY,
    closeWrapUp: DAY,
    remind: null,
    closeReminded: null,
    firstResponse: null,
    untaken: 600,
  },
  messages: {
    left: { on: true, texts: {} },
    out_of_hours: { on: true, texts: {} },
    holiday: { on: true, texts: {} },
    overflow_ended: { on: true, texts: {} },
    call_back: { on: true, texts: {} },
    inactivity_reminder: { on: true, texts: {} },
  },
  retention: { transcripts: null, sessions: null, audit: null },
  quietHours: null,
  attachments: { customers: false, agents: false },
  flood: { slowAfter: 15, muteAfter: 45, muteSeconds: 900 },
  reopenSeconds: null,
  classification: [],
  routes: [],
};

export type Workstream = Pick<WorkstreamDoc, '_id' | 'language' | 'queueId'> & {
  settings: WorkstreamSettings;
};

/** A workstream with every setting: its own, else the default. Messages are told apart one by one. */
export function workstreamOf({ _id, language, queueId, settings = {} }: WorkstreamDoc): Workstream {
  return {
    _id,
    language,
    queueId,
    settings: {
      ...DEFAULT_SETTINGS,
      ...settings,
      messages: { ...DEFAULT_SETTINGS.messages, ...settings.messages },
    },
  };
}
