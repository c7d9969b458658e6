export const OPTOUT_SOURCES = ['customer', 'provider', 'agent', 'import'] as const;
/** Who said it: the customer by text · TeleSign by refusing a text · a colleague by the API · a list that was read in. */
export type OptoutSource = (typeof OPTOUT_SOURCES)[number];

/** One thing that was said about whether a customer wants texts from a number. Never changed: it is the evidence. */
export interface ConsentRecord {
  /** What it came from; the same cause counts once. `in:<reference id>`, `receipt:…`, `agent:…`, `import:…`. */
  cause: string;
  at: number;
  state: 'out' | 'in';
  source: OptoutSource;
  /** What the customer wrote, or the reason that a colleague gave. */
  words?: string;
  /** TeleSign's code, where TeleSign said it. */
  code?: string;
  agentId?: string;
  /** It changed the state; what only repeats it is kept all the same. */
  changed: boolean;
}

/**
 * Whether one customer wants texts from one support number, and how that is known. Without a document they do.
 *
 * The id is a hash (`ledgerId`), and the send looks here by id alone. So when a number is to be erased, `withoutNumber`
 * in conversations/consent.ts takes away all that names the customer, and STOP goes on to hold.
 */
export interface OptoutDoc {
  _id: string;
  /** Digits; both absent once the customer’s number is erased. */
  number?: string;
  customer?: string;
  state: 'out' | 'in';
  /** Since when, and what made it so. */
  at: number;
  source: OptoutSource;
  words?: string;
  /** When the customer last opted out. Texts that were written before then are not sent any more, also after START. */
  outAt: number;
  changedAt: number;
  version: number;
  /** Oldest first; of very many the last ones. */
  history: ConsentRecord[];
}
