/** A file that an agent gives to a customer by a link. */
export interface FileDoc {
  /** SHA-256 of the link’s token, hex: who can read the store cannot open the links. */
  _id: string;
  conversationId: string;
  agentId: string;
  /** As the customer’s browser is to call it. */
  name: string;
  /** The media type that its bytes are of. */
  type: string;
  /** Bytes. */
  size: number;
  chunks: number;
  createdAt: number;
  expiresAt: number;
}

/** A part of a file: a document stays far below what a store takes in one. */
export interface FileChunkDoc {
  /** `<file>:<n>` */
  _id: string;
  /** Base64. */
  data: string;
  expiresAt: number;
}
