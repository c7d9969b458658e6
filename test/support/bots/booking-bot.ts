import { ActivityHandler, ActivityTypes, ConversationState, EventFactory, type Storage } from 'botbuilder';
import {
  ChoicePrompt,
  ComponentDialog,
  ConfirmPrompt,
  type DialogContext,
  type DialogTurnResult,
  DialogTurnStatus,
  ListStyle,
  NumberPrompt,
  runDialog,
  TextPrompt,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs';

interface Booking {
  city?: string;
  nights?: number;
  room?: string;
}

/** A waterfall of prompts that the customer may interrupt at any step, after Microsoft's core-bot sample. */
class BookingDialog extends ComponentDialog {
  constructor() {
    super('booking');
    this.addDialog(new TextPrompt('city'));
    this.addDialog(new NumberPrompt('nights', async ({ recognized }) => (recognized.value ?? 0) > 0));
    this.addDialog(new ChoicePrompt('room'));
    this.addDialog(new ConfirmPrompt('sure'));
    this.addDialog(
      new WaterfallDialog<Booking>('steps', [
        (step) => step.prompt('city', 'Which city?'),
        (step) => {
          step.options.city = step.result;
          return step.prompt('nights', { prompt: 'How many nights?', retryPrompt: 'A number, please.' });
        },
        (step) => {
          step.options.nights = step.result;
          return step.prompt('room', {
            prompt: 'Which room?',
            choices: ['single', 'double'],
            style: ListStyle.suggestedAction,
          });
        },
        (step) => {
          step.options.room = step.result.value;
          const { city, nights, room } = step.options;
          return step.prompt('sure', `${city}, ${nights} nights, ${room}?`);
        },
        (step: WaterfallStepContext<Booking>) => step.endDialog(step.result ? step.options : undefined),
      ]),
    );
    this.initialDialogId = 'steps';
  }

  override async onContinueDialog(inner: DialogContext): Promise<DialogTurnResult> {
    const { context } = inner;
    switch (context.activity.text?.toLowerCase()) {
      case 'help':
        await context.sendActivity('We book rooms.');
        await inner.repromptDialog();
        return { status: DialogTurnStatus.waiting };
      case 'cancel':
        await context.sendActivity('Cancelled.');
        return inner.cancelAllDialogs();
      case 'agent':
        await context.sendActivity(
          EventFactory.createHandoffInitiation(context, {
            queue: 'bookings',
            reason: 'customer_asked',
            summary: 'Wants to book',
            booking: inner.activeDialog?.state.options ?? {},
          }),
        );
        return inner.cancelAllDialogs();
      default:
        return super.onContinueDialog(inner);
    }
  }
}

class RootDialog extends ComponentDialog {
  constructor() {
    super('root');
    this.addDialog(new BookingDialog());
    this.addDialog(
      new WaterfallDialog('steps', [
        (step) => step.beginDialog('booking', {}),
        async (step) => {
          if (step.result) {
            await step.context.sendActivity({ type: ActivityTypes.Typing });
            await step.context.sendActivity(`Booked: ${step.result.city}.`);
            await step.context.sendActivity({ type: ActivityTypes.EndOfConversation, code: 'booked' });
          } else {
            await step.context.sendActivity('Nothing booked.');
          }
          return step.endDialog();
        },
      ]),
    );
    this.initialDialogId = 'steps';
  }
}

export class BookingBot extends ActivityHandler {
  constructor(storage: Storage) {
    super();
    const state = new ConversationState(storage);
    const dialogs = state.createProperty('dialogs');
    const root = new RootDialog();
    this.onMessage(async (context, next) => {
      await runDialog(root, context, dialogs);
      await next();
    });
    this.onDialog(async (context, next) => {
      await state.saveChanges(context);
      await next();
    });
  }
}
