import { type Account, type Channels, ENVIRONMENT_CHANNEL } from '../channels/channels.ts';
import { SwitchboardError } from '../errors.ts';
import type { ChannelView } from './channel-schemas.ts';
import type { Position } from './paging.ts';
import { isoTime } from './views.ts';

/** A channel as the API shows it: that it has a key, not which. */
export function channelView(account: Account, channels: Pick<Channels, 'callbackUrl'>): ChannelView {
  const { id, name, source, customerId, apiUrl, auth, numbers, createdAt, changedAt } = account;
  return {
    ...{ id, name, source, customerId, apiUrl, auth },
    provider: 'telesign',
    numbers: [...numbers],
    hasKey: account.apiKey !== undefined,
    hasPreviousKey: account.previousApiKey !== undefined,
    callbackUrl: channels.callbackUrl(id),
    createdAt: createdAt === undefined ? null : isoTime(createdAt),
    changedAt: changedAt === undefined ? null : isoTime(changedAt),
  };
}

/** The account as it is now, also of a channel that another process has just made. Throws `not_found`. */
export async function knownChannel(
  channels: Pick<Channels, 'read' | 'account'>,
  id: string,
): Promise<Account> {
  await channels.read();
  const account = channels.account(id);
  if (!account) throw unknownChannel();
  return account;
}

export function unknownChannel(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such channel.');
}

/** Its place in the list, where that of the settings comes first. */
export function channelPlace({ id }: Account): Position {
  return { at: id === ENVIRONMENT_CHANNEL ? 0 : 1, tie: id };
}
