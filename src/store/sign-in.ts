/** Somebody is signed in to the console. Its cookie is no token: it ends by itself, and with the token it was made from. */
export interface SignInDoc {
  /** SHA-256 of the cookie's value, hex. */
  _id: string;
  /** That of the agent's token: whoever gets another one is signed out everywhere. Absent = a sign-in provider's. */
  tokenHash?: string;
  /** Whom the sign-in provider's token named. */
  agentId?: string;
  createdAt: number;
  expiresAt: number;
}
