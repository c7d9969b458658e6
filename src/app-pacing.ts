import type { Account, Channels } from './channels/channels.ts';
import type { Config } from './config.ts';
import { createBreaker } from './conversations/breaker.ts';
import type { Pacing } from './conversations/pacing.ts';
import { allowedAt } from './conversations/quiet.ts';
import type { Limit } from './conversations/send-rate.ts';
import type { Settings } from './conversations/settings.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { SupportNumber } from './setting-lists.ts';
import { defaultRates } from './telesign/rates.ts';

interface PacingParts {
  channels: Pick<Channels, 'sending' | 'validate'>;
  settings: Settings;
  metrics: Pick<Metrics, 'paused'>;
  log: Logger;
  now: () => number;
}

/** What a channel’s check says when TeleSign did not answer it. */
const AWAY: readonly string[] = ['not_reachable', 'not_understood'];

/** When texts may leave: the limits of the settings, else TeleSign’s own; quiet hours; pauses while TeleSign is away. */
export function createPacing(
  { rates }: Pick<Config, 'rates'>,
  { channels, settings, metrics, log, now }: PacingParts,
): Omit<Pacing, 'booked' | 'sleep'> {
  return {
    breaker: createBreaker({
      now,
      answers: async (channelId) => !AWAY.includes((await channels.validate(channelId)).verdict),
      changed(channel, paused) {
        metrics.paused(channel, paused);
        if (paused) log.error({ channel }, 'TeleSign is away: texts of this channel wait until it answers');
        else log.info({ channel }, 'TeleSign answers again: texts of this channel leave');
      },
    }),
    limits(channelId, number) {
      const account = channels.sending(channelId);
      return account ? sendLimits(rates, account, number) : [];
    },
    allowedAt: (number, at) => allowedAt(settings.workstream(number).settings.quietHours, at),
  };
}

/** The limits that a text of an account from one of its numbers takes a moment of. */
export function sendLimits(
  rates: Config['rates'],
  {
    apiUrl,
    customerId,
    numbers,
  }: Pick<Account, 'apiUrl' | 'customerId'> & { numbers: readonly SupportNumber[] },
  number: string,
): Limit[] {
  const known = defaultRates(apiUrl);
  const type = numbers.find((one) => one.number === number)?.type ?? 'geo';
  return [
    // A number’s texts are TeleSign’s to count wherever they come from, an account’s by its customer id.
    ...limit(`number:${number}`, rates[type] ?? known[type]),
    ...limit(`account:${customerId}`, rates.account ?? known.account),
  ];
}

function limit(id: string, perSecond: number | null): Limit[] {
  return perSecond === null || perSecond === 0 ? [] : [{ id, perSecond }];
}
