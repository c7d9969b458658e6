/** Who did what through the API, or tried to, who read what there is of customers, and whom a sign-in made what. */
export interface AuditDoc {
  /** Made from the request, so that a repetition of it is the same entry. */
  _id: string;
  at: number;
  agentId: string;
  /** As the API names it, such as `closeConversation`. */
  operation: string;
  /** The id of what it was done to. */
  target: string;
  /** The request's fields. */
  changes: AuditedField[];
  /** The code of the error that it was refused with: nothing was changed. */
  refused?: string;
}

/** A field with its path; without a value where that is a secret, a text, or of the customer. */
export interface AuditedField {
  field: string;
  value?: string | number | boolean | null;
}
