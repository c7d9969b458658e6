import type { Json } from '../bot-turn.ts';

/** The service that is texted to, where it lets itself be looked into: in demo mode. */
export interface ServiceBehind {
  /** How a conversation stands; null = nobody has written yet. Numbers are digits. */
  conversation(number: string, customer: string): Promise<ShownConversation | null>;
  /** Sets the service's clock forward, by milliseconds: what falls due meanwhile happens within seconds. */
  advance(time: number): void;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface ShownConversation {
  /** `main/menu`; null when the bot waits nowhere. */
  step: string | null;
  state: string;
  handler: string | null;
  /** BCP 47 */
  language: string | null;
  /** Of the customer, of the session, and of each dialog under way by its step. */
  variables: { [scope: string]: Json };
}
