import type { Storage, StoreItems } from 'botbuilder-core';
import { z } from 'zod';
import { SwitchboardError } from '../errors.ts';
import { CHANNEL_ID, currentTurn, followTurns, type OpenTurn } from './open-turn.ts';

/** A list of items rather than an object, so that a key may be `__proto__`. */
const StateSchema = z.object({
  turnStorage: z.literal(1),
  session: z.number(),
  writes: z.number(),
  items: z.array(z.tuple([z.string(), z.object({ eTag: z.string(), data: z.unknown() })])),
});

interface State {
  writes: number;
  items: Map<string, { eTag: string; data: unknown }>;
}

/**
 * A Bot Framework `Storage` whose data is committed together with the texts of the turn: state is never ahead of
 * what the customer was told, nor behind. `new ConversationState(new TurnStorage())`, and the same for `UserState`.
 *
 * What it holds belongs to one conversation, that is to one customer on one support number: `UserState` is not shared
 * between two numbers. At a new session everything under the key of `ConversationState` is gone, `UserState` and keys
 * of the bot's own stay.
 *
 * An `eTag` that is not the stored one makes `write` reject with `stale_version` and write nothing; without an
 * `eTag`, with `*`, or when nothing is stored, it overwrites, as Bot Framework's own `MemoryStorage` does. Every
 * method rejects with `outside_turn` when no turn is under way, and once it is over.
 */
export class TurnStorage implements Storage {
  constructor() {
    followTurns();
  }

  async read(keys: string[]): Promise<StoreItems> {
    const { items } = stateOf(currentTurn());
    // No prototype: what is stored under `__proto__` or `constructor` is an item like any other.
    const found: StoreItems = Object.create(null);
    for (const key of keys) {
      const item = items.get(key);
      if (item) found[key] = { ...asObject(item.data), eTag: item.eTag };
    }
    return found;
  }

  async write(changes: StoreItems): Promise<void> {
    const turn = currentTurn();
    const state = stateOf(turn);
    const entries = Object.entries(changes);
    for (const [key, item] of entries) {
      const stored = state.items.get(key);
      const eTag: unknown = item.eTag;
      if (stored && eTag && eTag !== '*' && eTag !== stored.eTag) {
        throw new SwitchboardError('stale_version', 'What is stored has changed since it was read.');
      }
    }
    for (const [key, { eTag: _, ...data }] of entries) {
      state.writes += 1;
      state.items.set(key, { eTag: String(state.writes), data });
    }
    keep(turn, state);
  }

  async delete(keys: string[]): Promise<void> {
    const turn = currentTurn();
    const state = stateOf(turn);
    for (const key of keys) state.items.delete(key);
    keep(turn, state);
  }
}

/** Read anew each time: what a bot does to an item that it read is its own affair until it writes it. */
function stateOf(turn: OpenTurn): State {
  const stored = parsed(turn.botState);
  if (!stored) return { writes: 0, items: new Map() };
  const items = new Map(stored.items);
  if (stored.session !== turn.input.conversation.session) {
    for (const key of items.keys()) {
      if (key.startsWith(`${CHANNEL_ID}/conversations/`)) items.delete(key);
    }
  }
  return { writes: stored.writes, items };
}

/** State that another bot left, before a deploy, is no reason to fail: this one starts afresh. */
function parsed(botState: string | null): z.infer<typeof StateSchema> | undefined {
  if (botState === null) return undefined;
  try {
    return StateSchema.safeParse(JSON.parse(botState)).data;
  } catch {
    return undefined;
  }
}

function keep(turn: OpenTurn, { writes, items }: State): void {
  turn.botState = JSON.stringify({
    turnStorage: 1,
    session: turn.input.conversation.session,
    writes,
    items: [...items],
  });
}

function asObject(data: unknown): object {
  return typeof data === 'object' && data !== null ? data : {};
}
