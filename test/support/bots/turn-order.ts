import type { Bot, TurnActivity, TurnInput, TurnOutput } from '../../../src/bot-turn.ts';

/**
 * Stands in for the service around an adapter: one turn at a time for each conversation, in order of arrival, and
 * state that is kept only when a turn succeeds.
 */
export class TurnOrder {
  readonly outputs: TurnOutput[] = [];
  session = 1;
  locale = 'en';
  readonly #states = new Map<string, string | null>();
  readonly #last = new Map<string, Promise<unknown>>();
  #count = 0;

  readonly inOrder = async (conversationId: string, bot: Bot): Promise<void> => {
    await this.#enqueue(conversationId, bot, (id) => ({ type: 'event', id, name: 'continue', at: 0 }));
  };

  /** A text from the customer of `conversationId`, `<number>-<customer>`. */
  text(bot: Bot, text: string, conversationId = '15550001111-15552223333'): Promise<TurnOutput> {
    return this.#enqueue(conversationId, bot, (id) => ({ type: 'message', id, text, at: 0 }));
  }

  /** What the bot answers, one after another. */
  async talk(bot: Bot, ...texts: string[]): Promise<string[][]> {
    const answers: string[][] = [];
    for (const text of texts) answers.push((await this.text(bot, text)).texts);
    return answers;
  }

  async #enqueue(
    conversationId: string,
    bot: Bot,
    activity: (id: string) => TurnActivity,
  ): Promise<TurnOutput> {
    this.#count += 1;
    const id = `in:${this.#count}`;
    const turn = (this.#last.get(conversationId) ?? Promise.resolve()).then(async () => {
      const output = await bot({
        ...turnInput({ conversationId, session: this.session, locale: this.locale }),
        activity: activity(id),
        botState: this.#states.get(conversationId) ?? null,
      });
      this.#states.set(conversationId, output.botState);
      this.outputs.push(output);
      return output;
    });
    // A failed turn lets the next one begin.
    this.#last.set(
      conversationId,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

/** An input as the service makes them: a text `hello`, unless told otherwise. */
export function turnInput({
  conversationId = '15550001111-15552223333',
  session = 1,
  locale = 'en',
  text = 'hello',
  botState = null as string | null,
} = {}): TurnInput {
  const [number = '', customer = ''] = conversationId.split('-');
  return {
    conversation: {
      id: conversationId,
      channelId: 'default',
      number,
      customer,
      session,
      locale,
      timeZone: 'UTC',
    },
    queue: { id: 'support', isOpen: true, opens: null, holiday: null, waiting: null },
    activity: { type: 'message', id: 'in:abc', text, at: Date.UTC(2026, 10, 24) },
    botState,
    hidden: null,
  };
}
