/** A text that agents have at hand. */
export interface QuickReplyDoc {
  /** Its slug. */
  _id: string;
  tags: string[];
  /** Ids of the queues that it is meant for; empty = all. */
  queues: string[];
  /** By language (BCP 47), with `{{name}}` where a value goes. */
  texts: { [language: string]: string };
  /** Id of the agent whose own it is; absent = everybody's. */
  personal?: string;
  createdAt: number;
  changedAt: number;
}
