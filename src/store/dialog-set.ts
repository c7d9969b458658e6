/** A set of dialogs that was published, as it was written. Stays: sessions that began with it go on with it. */
export interface DialogSetDoc {
  /** `dialogSetId` of the files (bot/dialog-files.ts). */
  _id: string;
  dialogs: { name: string; text: string }[];
  locales: { language: string; files: { name: string; text: string }[] }[];
}

/** That a set went live. The one with the greatest `_id` is live now. */
export interface PublicationDoc {
  /** Counts up from `0000000001`, so that of two at once one comes after the other. */
  _id: string;
  setId: string;
  at: number;
  /** An agent's id, or why it happened by itself. */
  by: { agent: string } | 'start' | 'signal' | 'change';
}
