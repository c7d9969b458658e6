import {
  type Activity,
  ActivityEventNames,
  ActivityTypes,
  BotAdapter,
  type ConversationReference,
  type Middleware,
  type MiddlewareHandler,
  type ResourceResponse,
  RoleTypes,
  TurnContext,
} from 'botbuilder-core';
import { type Bot, TURN, type TurnInput, type TurnOutput } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import { activityText } from './activity-text.ts';
import { handoffRequest } from './handoff-request.ts';
import { CHANNEL_ID, OpenTurn, withinTurn } from './open-turn.ts';

type Logic = (context: TurnContext) => Promise<void>;

export interface TeleSignAdapterParts {
  /**
   * Runs a bot for a conversation when its turn comes, commits what it returns and sends it. Resolves once that is
   * committed; rejects when it cannot be. May run the bot again when its result could not be committed.
   */
  inOrder: (conversationId: string, bot: Bot) => Promise<void>;
}

/**
 * Hosts a Bot Framework bot. It opens no connection: a turn takes its input as data and returns what the bot sent as
 * data, for one commit.
 *
 * To the bot, the channel is `telesign-sms`, the conversation's id is `<number>-<customer>`, `from` is the customer
 * and `recipient` the support number (digits; the names are E.164). `channelData` has the provider's fields. There is
 * no `conversationUpdate`: a conversation begins with the customer's text. `returned`, `closed`, `untaken`, `undelivered`,
 * `wakeUp`, `handoff.status` and `ContinueConversation` arrive as events; see `TurnActivity` for when and with what.
 */
export class TeleSignAdapter extends BotAdapter {
  readonly #inOrder: TeleSignAdapterParts['inOrder'];

  constructor({ inOrder }: TeleSignAdapterParts) {
    super();
    this.#inOrder = inOrder;
  }

  /**
   * Runs one turn: middleware, then `logic`. Rejects with whatever the bot threw; then nothing that it sent goes out,
   * and the service apologises and calls a person.
   *
   * `onTurnError` is called first when it is set, but does not by itself turn the failure into a success, as it does
   * in Bot Framework's own adapters: the failure would be neither logged nor seen by a person. Only a handler that
   * sends `handoff.initiate` has settled it; then the turn resolves with what was sent before and by the handler.
   *
   * Sends that were begun in the turn are part of it, also when the bot did not await them. A context used later
   * throws `outside_turn`.
   */
  async runTurn(input: TurnInput, logic: Logic): Promise<TurnOutput> {
    const turn = new OpenTurn(input);
    const context = new TurnContext(this, incomingActivity(input));
    context.turnState.set(TURN, turn);
    // First in the list, so it spans every handler that middleware adds.
    context.onSendActivities((_context, _activities, next) => turn.holdFor(next()));
    await withinTurn(turn, () => this.runMiddleware(context, logic));
    return turn.output();
  }

  protected override async runMiddleware(context: TurnContext, logic: Logic): Promise<void> {
    const turn = turnOf(context);
    context.locale = turn.input.conversation.locale;
    const traps: ProxyHandler<TurnContext> = {};
    const proxy = new Proxy(context, traps);
    try {
      await this.middleware.run(proxy, () => logic(proxy));
    } catch (error) {
      await this.#failed(turn, proxy, error);
    } finally {
      await turn.allSent();
      turn.over = true;
      // Bot Framework revokes the proxy, which says `Cannot perform 'get' on a proxy that has been revoked`.
      traps.get = outsideTurn;
      traps.set = outsideTurn;
    }
  }

  async #failed(turn: OpenTurn, context: TurnContext, error: unknown): Promise<void> {
    if (!this.onTurnError) throw error;
    turn.handoff = null;
    try {
      await this.onTurnError(context, error instanceof Error ? error : new Error(String(error)));
    } catch (second) {
      if (second === error) throw error;
      throw new SwitchboardError(
        'bot_failed',
        'The bot threw an error in its turn, and its onTurnError another.',
        {
          cause: new AggregateError([error, second]),
        },
      );
    }
    if (turn.handoff === null) throw error;
  }

  /** As in Bot Framework, but a middleware that calls `next` twice fails the turn: the bot would run twice. */
  override use(...middlewares: (MiddlewareHandler | Middleware)[]): this {
    return super.use(...middlewares.map(callingNextOnce));
  }

  /** Called by the context. One response for each activity, whether or not a customer sees anything of it. */
  override async sendActivities(
    context: TurnContext,
    activities: Partial<Activity>[],
  ): Promise<ResourceResponse[]> {
    const turn = turnOf(context);
    return activities.map((activity) => {
      record(turn, activity);
      return { id: turn.nextId() };
    });
  }

  override async updateActivity(): Promise<void> {
    throw new SwitchboardError('not_possible_by_sms');
  }

  override async deleteActivity(): Promise<void> {
    throw new SwitchboardError('not_possible_by_sms');
  }

  /**
   * Runs `logic` as a turn of the conversation that `reference` names, in order with its other turns; resolves when
   * the result is committed, rejects with what `logic` threw. App id, claims and audience mean nothing here.
   *
   * Within a turn of the same conversation, do not await it: it waits for that turn to end.
   */
  override async continueConversationAsync(
    _botAppIdOrClaims: string | object,
    reference: Partial<ConversationReference>,
    logicOrAudience: Logic | string,
    maybeLogic?: Logic,
  ): Promise<void> {
    const logic = typeof logicOrAudience === 'function' ? logicOrAudience : maybeLogic;
    const conversationId = reference.conversation?.id;
    if (!logic || !conversationId || (reference.channelId ?? CHANNEL_ID) !== CHANNEL_ID) {
      throw new SwitchboardError(
        'invalid_request',
        `continueConversationAsync needs a reference to a conversation of ${CHANNEL_ID}, and a function to run.`,
      );
    }
    let failure: { error: unknown } | undefined;
    await this.#inOrder(conversationId, async (input) => {
      failure = undefined;
      try {
        return await this.runTurn(input, logic);
      } catch (error) {
        failure = { error };
        throw error;
      }
    });
    // Whoever runs turns may deal with a failed one without failing itself; the caller must know all the same.
    if (failure) throw failure.error;
  }

  /** @deprecated Bot Framework's older form of `continueConversationAsync`. */
  override continueConversation(reference: Partial<ConversationReference>, logic: Logic): Promise<void> {
    return this.continueConversationAsync('', reference, logic);
  }
}

/** A Bot Framework bot, such as an `ActivityHandler`, as the rest of the service sees bots. */
export function hostBot(adapter: TeleSignAdapter, bot: { run(context: TurnContext): Promise<void> }): Bot {
  return (input) => adapter.runTurn(input, (context) => bot.run(context));
}

/** `locale` is always there: `context.locale` throws without it. */
function incomingActivity({ conversation, activity }: TurnInput): Partial<Activity> {
  const { id, number, customer, locale } = conversation;
  const fields = {
    id: activity.id,
    timestamp: new Date(activity.at),
    channelId: CHANNEL_ID,
    serviceUrl: '',
    conversation: { id, name: '', isGroup: false, conversationType: 'personal' },
    from: { id: customer, name: `+${customer}`, role: RoleTypes.User },
    recipient: { id: number, name: `+${number}`, role: RoleTypes.Bot },
    locale,
  };
  if (activity.type === 'message') {
    const { text, channelData } = activity;
    return { ...fields, type: ActivityTypes.Message, textFormat: 'plain', text, channelData };
  }
  return {
    ...fields,
    type: ActivityTypes.Event,
    name: activity.name === 'continue' ? ActivityEventNames.ContinueConversation : activity.name,
    ...('value' in activity ? { value: activity.value } : {}),
  };
}

/** Typing, trace, delay, and events that are for other programs have no counterpart in a text. */
function record(turn: OpenTurn, activity: Partial<Activity>): void {
  if (activity.type === ActivityTypes.Message) {
    const text = activityText(activity);
    if (text !== '') turn.texts.push(text);
  } else if (activity.type === ActivityTypes.Event && activity.name === 'handoff.initiate') {
    turn.handoff = handoffRequest(activity.value);
  } else if (activity.type === ActivityTypes.EndOfConversation) {
    const { value } = activity;
    const asks = typeof value === 'object' && value !== null && value.survey === true;
    turn.ended = { outcome: activity.code || 'completed', ...(asks ? { survey: true } : {}) };
  }
}

function turnOf(context: TurnContext): OpenTurn {
  const turn: unknown = context.turnState.get(TURN);
  if (!(turn instanceof OpenTurn) || turn.over) throw new SwitchboardError('outside_turn');
  return turn;
}

function outsideTurn(): never {
  throw new SwitchboardError('outside_turn');
}

function callingNextOnce(middleware: MiddlewareHandler | Middleware): MiddlewareHandler | Middleware {
  // Anything else is for Bot Framework to refuse.
  if (typeof middleware !== 'function' && typeof middleware.onTurn !== 'function') return middleware;
  const run: MiddlewareHandler =
    typeof middleware === 'function' ? middleware : (context, next) => middleware.onTurn(context, next);
  return (context, next) => {
    let called = false;
    return run(context, () => {
      if (called) throw new SwitchboardError('bot_failed', 'A middleware of the bot called next() twice.');
      called = true;
      return next();
    });
  };
}
