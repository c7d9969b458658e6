import type { serviceWords } from './app-bot.ts';
import type { Config } from './config.ts';
import { noteAbsence } from './conversations/absence.ts';
import { type Logger, maskedId } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createTurns, type Turns, type TurnsParts } from './workers/turns.ts';

interface AppTurnsParts
  extends Pick<
    TurnsParts,
    | 'store'
    | 'now'
    | 'news'
    | 'sleep'
    | 'restOf'
    | 'split'
    | 'settings'
    | 'automatedText'
    | 'queued'
    | 'bot'
    | 'asksWaiting'
    | 'random'
    | 'randomId'
  > {
  words: ReturnType<typeof serviceWords>;
  log: Logger;
  metrics: Pick<Metrics, 'turn' | 'untaken' | 'muted'>;
  /** Told of each commit. */
  changed: () => void;
}

/** The loop of turns, in the words of the texts that are live, and what the log and the metrics tell of them. */
export function createAppTurns(
  { telesignAnswers }: Pick<Config, 'telesignAnswers'>,
  { words, metrics, changed, ...parts }: AppTurnsParts,
): Turns {
  const { log } = parts;
  return createTurns({
    ...parts,
    systemText: words.systemText,
    queueWord: words.queueWord,
    surveyScore: words.surveyScore,
    moodOf: words.moodOf,
    stopWish: words.stopWish,
    answeredByProvider: (_channelId, word) => telesignAnswers.includes(word),
    worked({ kind, outcome, duration }) {
      metrics.turn(kind, outcome, duration);
      changed();
    },
    botFailed(error, conversationId, correlationId) {
      const conversation = maskedId(conversationId);
      log.error({ err: error, conversation, correlationId }, 'the bot failed: a person is asked');
    },
    lacksQueue(conversationId, correlationId) {
      const conversation = maskedId(conversationId);
      log.warn({ conversation, correlationId }, 'a handoff asks for a queue that there is not');
    },
    untaken({ _id, queueId }, correlationId) {
      metrics.untaken();
      const about = { conversation: maskedId(_id), queue: queueId, correlationId };
      log.warn(about, 'nobody has taken a handoff in time');
    },
    muted(conversationId, correlationId) {
      metrics.muted();
      log.warn(
        { conversation: maskedId(conversationId), correlationId },
        'a customer’s number texts without an end: nothing is answered by itself for a while',
      );
    },
    missed: (agentId) => noteAbsence(parts, agentId, 'offer_missed'),
  });
}
