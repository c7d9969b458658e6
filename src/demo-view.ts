import { openState } from './bot/bot-state.ts';
import { setOf } from './bot/published-bot.ts';
import type { ServiceBehind } from './emulator/service-behind.ts';
import type { Store } from './store/documents.ts';

/** What the phone page of demo mode shows of the service, and its clock. */
export function createServiceBehind(
  { conversations }: Pick<Store, 'conversations'>,
  clock: Pick<ServiceBehind, 'now' | 'advance'>,
): ServiceBehind {
  return {
    ...clock,
    async conversation(number, customer) {
      const found = await conversations.findOne({ _id: `${number}-${customer}` });
      if (!found) return null;
      const { botState = null, session, state: place, handler = null, locale = null } = found;
      const { state } = openState(setOf(botState)?.state ?? botState, session);
      const front = state.dialogStack.at(-1);
      const dialogs = state.dialogStack.map(
        ({ id, state: { step, vars } }) => [`${id}/${step}`, vars] as const,
      );
      return {
        step: front ? `${front.id}/${front.state.step}` : null,
        state: place,
        handler,
        language: locale,
        variables: { user: state.user, session: state.shared, ...Object.fromEntries(dialogs) },
      };
    },
  };
}
