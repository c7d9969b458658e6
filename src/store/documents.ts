import type { AgentDoc } from './agent.ts';
import type { AuditDoc } from './audit.ts';
import type { ChannelDoc, NumberClaimDoc } from './channel.ts';
import type { Collection, Write } from './collection.ts';
import type { ConversationDoc } from './conversation.ts';
import type { DialogSetDoc, PublicationDoc } from './dialog-set.ts';
import type { DraftDoc } from './draft.ts';
import type { ErasureDoc } from './erasure.ts';
import type { FileChunkDoc, FileDoc } from './file.ts';
import type { MacroDoc } from './macro.ts';
import type { MessageDoc } from './message.ts';
import type { OptoutDoc } from './optout.ts';
import type { PresenceDoc } from './presence.ts';
import type { QueueDoc } from './queue.ts';
import type { QuickReplyDoc } from './quick-reply.ts';
import type { DataState } from './schema.ts';
import type { SendBucketDoc } from './send-bucket.ts';
import type { SessionDoc } from './session.ts';
import type { SignInDoc } from './sign-in.ts';
import type { Snapshot } from './snapshot.ts';
import type { DeliveryDoc, EventDoc, PublisherDoc, WebhookDoc } from './webhook.ts';
import type { WorkstreamDoc } from './workstream.ts';

/** Times are milliseconds since 1970 (UTC). A field that does not apply is absent, never null, so indexes skip it. */

export {
  type AgentDoc,
  EXTRA_RIGHTS,
  type ExtraRight,
  PRESENCES,
  type Presence,
  ROLES,
  type Role,
  type Work,
} from './agent.ts';
export type { AuditDoc, AuditedField } from './audit.ts';
export type { ChannelDoc, ChannelNumber } from './channel.ts';
export {
  type ConversationDoc,
  type ConversationEvent,
  HANDLERS,
  type Handler,
  PLACES,
  type Place,
  STATES,
  type State,
  type Stretch,
} from './conversation.ts';
export type { DraftDoc } from './draft.ts';
export type { ErasureDoc } from './erasure.ts';
export type { FileDoc } from './file.ts';
export type { MacroDoc, MacroStep } from './macro.ts';
export {
  type Author,
  type ConsentWord,
  MESSAGE_STATUSES,
  type MessageDoc,
  type MessageStatus,
  type PendingMessage,
} from './message.ts';
export { type ConsentRecord, OPTOUT_SOURCES, type OptoutDoc } from './optout.ts';
export type { PresenceDoc } from './presence.ts';
export type { QueueDoc } from './queue.ts';
export type { QuickReplyDoc } from './quick-reply.ts';
export type { SessionDoc, Survey } from './session.ts';
export type { SignInDoc } from './sign-in.ts';
export {
  type ConversationEventType,
  DELIVERY_STATUSES,
  type DeliveryDoc,
  EVENT_TYPES,
  type EventDoc,
  type EventType,
  type News,
  type WebhookDoc,
} from './webhook.ts';
export type { WorkstreamDoc } from './workstream.ts';

/** The first answer to a write that carried an `Idempotency-Key`. */
export interface IdempotencyDoc {
  /** `<agent>:<SHA-256 of the key>` */
  _id: string;
  requestHash: string;
  /** While being worked on: when another request may take it over. */
  lockedUntil?: number;
  response?: { status: number; body: string };
  expiresAt: number;
}

export interface Documents {
  conversations: ConversationDoc;
  messages: MessageDoc;
  sessions: SessionDoc;
  agents: AgentDoc;
  queues: QueueDoc;
  presences: PresenceDoc;
  workstreams: WorkstreamDoc;
  quickReplies: QuickReplyDoc;
  macros: MacroDoc;
  drafts: DraftDoc;
  signIns: SignInDoc;
  idempotency: IdempotencyDoc;
  audit: AuditDoc;
  webhooks: WebhookDoc;
  publisher: PublisherDoc;
  events: EventDoc;
  deliveries: DeliveryDoc;
  dialogSets: DialogSetDoc;
  publications: PublicationDoc;
  erasures: ErasureDoc;
  files: FileDoc;
  fileChunks: FileChunkDoc;
  channels: ChannelDoc;
  numberClaims: NumberClaimDoc;
  optouts: OptoutDoc;
  sendBuckets: SendBucketDoc;
}

export type CollectionName = keyof Documents;

export type Collections = { [K in CollectionName]: Collection<Documents[K]> };

/** What an engine offers. Methods reject with `store_unavailable` when the disk or the server does not take writes. */
export interface Store extends Collections {
  /**
   * Has `told` called with the collection of each change, once it can be read. Undefined where other processes may write
   * too: there only a look tells.
   */
  onChange?: (told: (collection: CollectionName) => void) => void;
  /**
   * Does writes in their order; a later one is never there without the earlier ones. Rejects with the first failure,
   * and does none after it; those before it stay. MongoDB does one after the other. On the embedded engine nothing
   * comes between them, and they go to the disk as one.
   */
  inOrder(writes: readonly Write[]): Promise<void>;
  /** Resolves when everything that has resolved so far would survive a power cut. Await it before a 200 or a send. */
  durable(): Promise<void>;
  /** Resolves when the store answers reads and writes. */
  ping(): Promise<void>;
  /** All that is in it now. */
  snapshot(): Snapshot;
  /**
   * Resolves once what was deleted so far is gone from the files of this engine too. MongoDB's are MongoDB's own: it does
   * nothing there.
   */
  rewrite(): Promise<void>;
  state(): Promise<DataState>;
  /** Resolves once it would survive a power cut. */
  keepState(state: DataState): Promise<void>;
  close(): Promise<void>;
}
