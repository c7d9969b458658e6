/** How many documents an erasure has taken away, or taken the number out of. */
export interface Erased {
  conversations: number;
  messages: number;
  sessions: number;
  drafts: number;
  /** Of webhooks, with their deliveries. */
  events: number;
  files: number;
  /** Entries that no longer tell of whom they are. */
  audit: number;
}

/** The erasure of one customer. */
export interface ErasureDoc {
  /** Random. It stands in the audit in the place of the number. */
  _id: string;
  at: number;
  agentId: string;
  erased: Erased;
  /** Digits, and the conversations that there were: until nothing was left of them for a while. */
  customer?: string;
  conversationIds?: string[];
  /** Until it is done: when it is gone on with. */
  dueAt?: number;
  doneAt?: number;
}
