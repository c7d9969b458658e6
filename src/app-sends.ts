import { createPacing } from './app-pacing.ts';
import type { Channels } from './channels/channels.ts';
import type { Config } from './config.ts';
import type { OutboxParts } from './conversations/outbox.ts';
import type { Settings } from './conversations/settings.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Loop } from './workers/loop.ts';
import { createNotices, createSends, type SendsParts } from './workers/sends.ts';
import { createUndelivered } from './workers/undelivered.ts';

interface AppSendsParts extends Omit<SendsParts, 'pacing' | 'send' | 'sent' | 'undelivered'> {
  log: Logger;
  settings: Settings;
  channels: Channels;
  metrics: Pick<Metrics, 'send' | 'paused'>;
  /** Whether the bot is to hear of its texts that failed, now. */
  botWants: () => boolean;
  /** Told of a conversation in which there is something to do or to see. */
  due: (conversationId: string) => void;
  /** Told of each send that has ended. */
  changed: () => void;
}

interface AppSends {
  sends: Loop;
  notices: Loop;
  /** Tells of texts that failed. */
  untold: Loop;
  undelivered: OutboxParts['undelivered'];
}

/** The loops by which texts leave through their channels, in the time that there is for them. */
export function createAppSends(
  config: Pick<Config, 'rates'>,
  { channels, metrics, botWants, due, changed, ...parts }: AppSendsParts,
): AppSends {
  const untold = createUndelivered({ ...parts, botWants, due });
  const undelivered = (messageId: string) => untold.hint(messageId);
  const sending: SendsParts = {
    ...parts,
    undelivered,
    send: ({ channelId, ...message }) => channels.send(channelId, message),
    pacing: createPacing(config, { ...parts, channels, metrics }),
    sent({ status, duration }) {
      metrics.send(status, duration);
      changed();
    },
  };
  return { sends: createSends(sending), notices: createNotices(sending), untold, undelivered };
}
