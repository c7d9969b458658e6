import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type * as RateLimiters from 'rate-limiter-flexible';
import { SwitchboardError } from '../errors.ts';
import { createClientAddress } from './client-address.ts';

// These two alone: the package's own index loads a limiter for each database that there is.
const require = createRequire(import.meta.url);
const RateLimiterMemory: typeof RateLimiters.RateLimiterMemory = require('rate-limiter-flexible/lib/RateLimiterMemory.js');
const RateLimiterRes: typeof RateLimiters.RateLimiterRes = require('rate-limiter-flexible/lib/RateLimiterRes.js');

/** How much one process takes of the API. Each counts for itself: it is a guard, no quota. */
export interface Limits {
  /**
   * To be asked before a token is looked up. Rejects with `too_many_requests` while its address has sent too many wrong
   * ones, unless this very token was right from there a while ago: who shares an address with a guesser works on.
   */
  beforeToken(req: IncomingMessage, tokenHash: string): Promise<void>;
  /** A token was wrong. Rejects with `too_many_requests` when it is one too many. */
  wrongToken(req: IncomingMessage): Promise<void>;
  rightToken(req: IncomingMessage, tokenHash: string): void;
  /** Rejects with `too_many_requests` when the agent asks too often. */
  request(agentId: string): Promise<void>;
}

export interface LimitsParts {
  /** Addresses and networks (CIDR) whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
  /** Requests of one agent in ten seconds; 1,000 when left out: a console has one or two a second, a program may have more. */
  requests?: number;
  /** Wrong tokens of one address in five minutes; 20 when left out. */
  wrongTokens?: number;
}

/** Addresses with their tokens that are remembered as right. */
const REMEMBERED = 10_000;

export function createLimits({ trustedProxies, requests = 1000, wrongTokens = 20 }: LimitsParts): Limits {
  const addressOf = createClientAddress(trustedProxies);
  const byAgent = new RateLimiterMemory({ keyPrefix: 'agent', points: requests, duration: 10 });
  const guesses = new RateLimiterMemory({
    keyPrefix: 'guess',
    points: wrongTokens,
    duration: 300,
  });
  const right = new Set<string>();

  return {
    async beforeToken(req, tokenHash) {
      const address = addressOf(req);
      if (right.has(`${address} ${tokenHash}`)) return;
      const counted = await guesses.get(address);
      if (counted !== null && counted.consumedPoints >= wrongTokens) throw tooMany(counted);
    },
    async wrongToken(req) {
      await guesses.consume(addressOf(req)).catch(refuse);
    },
    rightToken(req, tokenHash) {
      const known = `${addressOf(req)} ${tokenHash}`;
      right.delete(known);
      right.add(known);
      for (const oldest of right) {
        if (right.size <= REMEMBERED) break;
        right.delete(oldest);
      }
    },
    async request(agentId) {
      await byAgent.consume(agentId).catch(refuse);
    },
  };
}

function refuse(reason: unknown): never {
  throw reason instanceof RateLimiterRes ? tooMany(reason) : reason;
}

function tooMany({ msBeforeNext }: RateLimiters.RateLimiterRes): SwitchboardError {
  const retryAfter = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return new SwitchboardError('too_many_requests', undefined, { details: { retryAfter } });
}
