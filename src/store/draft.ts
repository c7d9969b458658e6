/** What an agent is writing and has not sent. */
export interface DraftDoc {
  /** `<conversation>:<agent>` */
  _id: string;
  conversationId: string;
  agentId: string;
  text: string;
  changedAt: number;
  expiresAt: number;
}
