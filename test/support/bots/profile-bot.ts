import {
  ActivityHandler,
  ConversationState,
  type StatePropertyAccessor,
  type Storage,
  type TurnContext,
  UserState,
} from 'botbuilder';

interface Flow {
  asked?: 'name' | 'age';
}

interface Profile {
  name?: string;
  age?: number;
}

/** Several turns without dialogs: what was asked in `ConversationState`, what was answered in `UserState`. */
export class ProfileBot extends ActivityHandler {
  readonly #conversationState: ConversationState;
  readonly #userState: UserState;
  readonly #flow: StatePropertyAccessor<Flow>;
  readonly #profile: StatePropertyAccessor<Profile>;

  constructor(storage: Storage) {
    super();
    this.#conversationState = new ConversationState(storage);
    this.#userState = new UserState(storage);
    this.#flow = this.#conversationState.createProperty('flow');
    this.#profile = this.#userState.createProperty('profile');
    this.onMessage(async (context, next) => {
      await this.#answer(context);
      await next();
    });
  }

  override async run(context: TurnContext): Promise<void> {
    await super.run(context);
    await this.#conversationState.saveChanges(context);
    await this.#userState.saveChanges(context);
  }

  async #answer(context: TurnContext): Promise<void> {
    const flow = await this.#flow.get(context, {});
    const profile = await this.#profile.get(context, {});
    const { text } = context.activity;
    if (text === 'crash') {
      await context.sendActivity('Saving.');
      profile.name = 'Crash';
      await this.#userState.saveChanges(context);
      throw new Error('crash after saving');
    }
    if (flow.asked === 'name') {
      profile.name = text;
      flow.asked = 'age';
      await context.sendActivity(`Hi ${text}. How old are you?`);
    } else if (flow.asked === 'age') {
      const age = Number(text);
      if (!Number.isInteger(age) || age < 1 || age > 130) {
        await context.sendActivity('Please answer with a number.');
        return;
      }
      profile.age = age;
      flow.asked = undefined;
      await context.sendActivity(`${profile.name}, ${age}: noted.`);
    } else if (profile.name) {
      await context.sendActivity(`You are ${profile.name}.`);
    } else {
      flow.asked = 'name';
      await context.sendActivity('What is your name?');
    }
  }
}
