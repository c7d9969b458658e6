import { ActivityHandler } from 'botbuilder';

/** The first bot of every Bot Framework tutorial. */
export class EchoBot extends ActivityHandler {
  constructor() {
    super();
    this.onMessage(async (context, next) => {
      await context.sendActivity(`Echo: ${context.activity.text}`);
      await next();
    });
  }
}
