import type { SupportNumber } from '../setting-lists.ts';

/** A support number of a channel, and what people call it. */
export interface ChannelNumber extends SupportNumber {
  description: string;
}

/** One TeleSign account, as administrators set it up. */
export interface ChannelDoc {
  _id: string;
  name: string;
  provider: 'telesign';
  customerId: string;
  /** Sealed (seal.ts). Absent = not yet written: nothing can be sent and no callback is taken. */
  apiKey?: string;
  /** Sealed. While the key is being rotated callbacks signed with it count too; nothing is sent with it. */
  previousApiKey?: string;
  apiUrl: string;
  auth: 'hmac' | 'basic';
  numbers: ChannelNumber[];
  /** Numbers that it had before: their conversations may still be open. Digits. */
  formerNumbers: string[];
  /**
   * It was deleted: what is on its way still leaves within the limits of its numbers, though those are others' to have,
   * nothing comes in, and the document goes after an hour.
   */
  endedAt?: number;
  createdAt: number;
  /** Strictly later at each change. */
  changedAt: number;
}

/** Makes a number one channel's, and one workstream's: the first who inserts it has it. */
export interface NumberClaimDoc {
  /** `channel:<number>` or `workstream:<number>` */
  _id: string;
  /** The id of the channel or workstream. */
  owner: string;
  at: number;
}
