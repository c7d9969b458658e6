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
    stopWish: words.stopWish,
    answeredByProvider: (_channelId, word) => telesignAnswers.includes(word),
    worked({ kind, outcome, duration }) {
      metrics.turn(kind, outcome, duration);
      changed();
    },
    botFailed(error, conversationId) {
      log.error({ err: error, conversation: maskedId(conversationId) }, 'the bot failed: a person is asked');
    },
    lacksQueue(conversationId) {
      log.warn({ conversation: maskedId(conversationId) }, 'a handoff asks for a queue that there is not');
    },
    untaken({ _id, queueId }) {
      metrics.untaken();
      log.warn({ conversation: maskedId(_id), queue: queueId }, 'nobody has taken a handoff in time');
    },
    muted(conversationId) {
      metrics.muted();
      log.warn(
        { conversation: maskedId(conversationId) },
        'a customer’s number texts without an end: nothing is answered by itself for a while',
      );
    },
    missed: (agentId) => noteAbsence(parts, agentId, 'offer_missed'),
  });
}
