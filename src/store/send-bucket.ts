/** How far the sends of one number, or of one account, are booked, on all processes together. */
export interface SendBucketDoc {
  /** `number:…`, `account:…`, or `notices:…` for what waits behind the answers. */
  _id: string;
  /** The first moment that no text has. */
  freeAt: number;
}
