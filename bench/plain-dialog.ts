import type { StatePropertyAccessor, TurnContext, UserState } from 'botbuilder';
import {
  ChoicePrompt,
  ConfirmPrompt,
  DialogSet,
  type DialogState,
  DialogTurnStatus,
  ListStyle,
  NumberPrompt,
  TextPrompt,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs';

interface Profile {
  name?: string;
}

const MENU = 'What can we do for you?\n1. Where is my order?\n2. Opening hours\n3. Returns';
const CHOICES = [
  { value: 'order', synonyms: ['Where is my order?'] },
  { value: 'hours', synonyms: ['Opening hours'] },
  { value: 'returns', synonyms: ['Returns'] },
];
const MORE = 'Is there anything else? Reply YES or NO.';

/** The dialog of bench/dialogs/main.yaml, written with Bot Framework's waterfalls and prompts as its samples do. */
export class HarbourShopDialogs {
  readonly #dialogs: DialogSet;
  readonly #profile: StatePropertyAccessor<Profile>;

  constructor(dialogState: StatePropertyAccessor<DialogState>, userState: UserState) {
    this.#profile = userState.createProperty<Profile>('profile');
    const choice = new ChoicePrompt('choice');
    choice.style = ListStyle.none;
    const confirm = new ConfirmPrompt('confirm');
    confirm.style = ListStyle.none;
    this.#dialogs = new DialogSet(dialogState)
      .add(new TextPrompt('text'))
      .add(new NumberPrompt('number'))
      .add(choice)
      .add(confirm)
      .add(new WaterfallDialog('main', [this.#askName.bind(this), this.#greet.bind(this)]))
      .add(
        new WaterfallDialog('menu', [
          this.#askTopic.bind(this),
          this.#askOrder.bind(this),
          this.#inform.bind(this),
          this.#goOn.bind(this),
        ]),
      );
  }

  async run(context: TurnContext): Promise<void> {
    const dialogContext = await this.#dialogs.createContext(context);
    const result = await dialogContext.continueDialog();
    if (result.status === DialogTurnStatus.empty) await dialogContext.beginDialog('main');
  }

  async #askName(step: WaterfallStepContext) {
    const prompt = 'Hello, this is Harbour Shop. I am the automatic assistant.\n\nWhat is your name?';
    return step.prompt('text', { prompt });
  }

  async #greet(step: WaterfallStepContext) {
    const name: string = step.result;
    await this.#profile.set(step.context, { name });
    return step.replaceDialog('menu', { greeting: `Thank you, ${name}.\n\n` });
  }

  async #askTopic(step: WaterfallStepContext<{ greeting?: string }>) {
    return step.prompt('choice', {
      prompt: `${step.options.greeting ?? ''}${MENU}`,
      retryPrompt: `Sorry, I did not understand that. Please reply with the number of your choice.\n\n${MENU}`,
      choices: CHOICES,
    });
  }

  async #askOrder(step: WaterfallStepContext) {
    const topic: string = step.result.value;
    Object.assign(step.values, { topic });
    if (topic !== 'order') return step.next();
    return step.prompt('number', {
      prompt: 'What is the number of your order? You find it in our first text to you.',
      retryPrompt: 'Please reply with a number.',
    });
  }

  async #inform(step: WaterfallStepContext) {
    const { topic }: { topic?: string } = step.values;
    const order: number | undefined = step.result;
    const answer =
      topic === 'order'
        ? await this.#orderStatus(step.context, order ?? 0)
        : topic === 'hours'
          ? 'We are open Monday to Saturday from 9 to 18, and on Sunday from 10 to 16.'
          : 'You can send anything back within 30 days. Write RETURN on the parcel and leave it at any post office.';
    return step.prompt('confirm', {
      prompt: `${answer}\n\n${MORE}`,
      retryPrompt: `Sorry, I did not understand that.\n\n${MORE}`,
    });
  }

  async #orderStatus(context: TurnContext, order: number): Promise<string> {
    if (order < 10000 || order > 99999) {
      return `We have no order ${order}. Please look at the number once more.`;
    }
    const { name } = await this.#profile.get(context, {});
    return `Order ${order} left our warehouse this morning, ${name}. It should be with you in two days.`;
  }

  async #goOn(step: WaterfallStepContext) {
    if (step.result === true) return step.replaceDialog('menu', {});
    const { name } = await this.#profile.get(step.context, {});
    await step.context.sendActivity(`Thank you for texting us, ${name}. Goodbye.`);
    return step.endDialog();
  }
}
