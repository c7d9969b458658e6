import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { countOverLevel } from './conversations/service-level.ts';
import { longestWaiting } from './http/queue-counts.ts';
import type { Store } from './store/documents.ts';

/** Counting stops here: a list this long is an alarm whatever its exact length, and the scrape stays cheap. */
const MOST_COUNTED = 10_000;

export type Metrics = ReturnType<typeof createMetrics>;

/** Prometheus metrics. Gauges of the store's contents are read at the scrape, so they hold for all processes. */
export function createMetrics({ store, now }: { store: Store; now: () => number }) {
  const registry = new Registry();
  const registers = [registry];
  const callbacks = new Counter({
    name: 'switchboard_callbacks_total',
    help: 'Callbacks from TeleSign by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const turns = new Histogram({
    name: 'switchboard_turn_duration_seconds',
    help: 'Work on conversations by kind and outcome; void = done again because the conversation changed meanwhile.',
    labelNames: ['kind', 'outcome'],
    buckets: [0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 20],
    registers,
  });
  const sends = new Histogram({
    name: 'switchboard_send_duration_seconds',
    help: 'Attempts to send a part by the status it has afterwards; queued = to be tried again.',
    labelNames: ['status'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const untaken = new Counter({
    name: 'switchboard_handoffs_untaken_total',
    help: 'Handoffs that nobody took in time.',
    registers,
  });
  const muted = new Counter({
    name: 'switchboard_customers_muted_total',
    help: 'Numbers of customers that sent texts without an end, and were left unanswered for a while.',
    registers,
  });
  const deliveries = new Counter({
    name: 'switchboard_webhook_deliveries_total',
    help: 'Tries to bring an event to a webhook: delivered, failed = to be tried again, dead = given up.',
    labelNames: ['outcome'],
    registers,
  });
  new Gauge({
    name: 'switchboard_webhook_deliveries_waiting',
    help: 'Events that a webhook is yet to get.',
    labelNames: ['webhook'],
    registers,
    async collect() {
      this.reset();
      for (const { _id: webhookId } of await store.webhooks.find({}).toArray()) {
        const waiting = { webhookId, nextAt: { $gte: 0 } };
        const count = await store.deliveries.countDocuments(waiting, { limit: MOST_COUNTED });
        this.set({ webhook: webhookId }, count);
      }
    },
  });
  const missingTexts = new Counter({
    name: 'switchboard_missing_texts_total',
    help: 'Texts that a language lacks and another one stood in for.',
    labelNames: ['locale'],
    registers,
  });
  new Gauge({
    name: 'switchboard_queue_waiting',
    help: 'Conversations that wait for an agent.',
    labelNames: ['queue'],
    registers,
    async collect() {
      this.reset();
      for (const { _id } of await store.queues.find({}).toArray()) {
        const waiting = { queueId: _id, state: 'open' as const };
        this.set({ queue: _id }, await store.conversations.countDocuments(waiting, { limit: MOST_COUNTED }));
      }
    },
  });
  new Gauge({
    name: 'switchboard_queue_oldest_seconds',
    help: 'How long the conversation that is next in a queue has waited.',
    labelNames: ['queue'],
    registers,
    async collect() {
      this.reset();
      for (const { _id } of await store.queues.find({}).toArray()) {
        const oldest = await longestWaiting(store, _id);
        this.set({ queue: _id }, oldest?.queuedAt === undefined ? 0 : (now() - oldest.queuedAt) / 1000);
      }
    },
  });
  new Gauge({
    name: 'switchboard_queue_over_level',
    help: 'Conversations that wait for longer than the service level of their queue.',
    labelNames: ['queue'],
    registers,
    async collect() {
      this.reset();
      for (const queue of await store.queues.find({}).toArray()) {
        if (queue.levelSeconds === undefined) continue;
        this.set({ queue: queue._id }, await countOverLevel(store, queue, now()));
      }
    },
  });
  new Gauge({
    name: 'switchboard_turn_lag_seconds',
    help: 'How long the conversation that has waited longest for a worker has been due.',
    registers,
    async collect() {
      const due = await store.conversations.findOne({ dueAt: { $lte: now() } }, { sort: { dueAt: 1 } });
      this.set(due?.dueAt === undefined ? 0 : (now() - due.dueAt) / 1000);
    },
  });
  new Gauge({
    name: 'switchboard_send_lag_seconds',
    help: 'How long the message that has waited longest for its send has been due.',
    registers,
    async collect() {
      const due = await store.messages.findOne({ nextAt: { $lte: now() } }, { sort: { nextAt: 1 } });
      this.set(due?.nextAt === undefined ? 0 : (now() - due.nextAt) / 1000);
    },
  });
  new Gauge({
    name: 'switchboard_sends_waiting',
    help: 'Texts that are to be sent: answers, and notices that wait behind them or for the end of quiet hours.',
    labelNames: ['kind'],
    registers,
    async collect() {
      const limit = { limit: MOST_COUNTED };
      this.set({ kind: 'answer' }, await store.messages.countDocuments({ nextAt: { $gte: 0 } }, limit));
      this.set({ kind: 'notice' }, await store.messages.countDocuments({ noticeAt: { $gte: 0 } }, limit));
    },
  });
  new Gauge({
    name: 'switchboard_sends_oldest_seconds',
    help: 'How long ago the text was written that is to be sent next.',
    labelNames: ['kind'],
    registers,
    async collect() {
      const answer = await store.messages.findOne({ nextAt: { $gte: 0 } }, { sort: { nextAt: 1 } });
      const notice = await store.messages.findOne({ noticeAt: { $gte: 0 } }, { sort: { noticeAt: 1 } });
      this.set({ kind: 'answer' }, answer ? (now() - answer.at) / 1000 : 0);
      this.set({ kind: 'notice' }, notice ? (now() - notice.at) / 1000 : 0);
    },
  });
  const paused = new Gauge({
    name: 'switchboard_provider_paused',
    help: '1 while this process sends no texts of a channel since TeleSign is away.',
    labelNames: ['channel'],
    registers,
  });
  new Gauge({
    name: 'switchboard_dead_letters',
    help: 'Messages that a person has to look at: failed, or unknown whether sent.',
    labelNames: ['status'],
    registers,
    async collect() {
      for (const problem of ['failed', 'unknown'] as const) {
        this.set(
          { status: problem },
          await store.messages.countDocuments({ problem }, { limit: MOST_COUNTED }),
        );
      }
    },
  });
  new Gauge({
    name: 'switchboard_resident_bytes',
    help: 'Resident memory of this process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    callback: (outcome: string) => callbacks.inc({ outcome }),
    turn: (kind: string, outcome: string, milliseconds: number) =>
      turns.observe({ kind, outcome }, milliseconds / 1000),
    send: (status: string, milliseconds: number) => sends.observe({ status }, milliseconds / 1000),
    paused: (channel: string, isPaused: boolean) => paused.set({ channel }, isPaused ? 1 : 0),
    delivery: (outcome: 'delivered' | 'failed' | 'dead') => deliveries.inc({ outcome }),
    untaken: () => untaken.inc(),
    muted: () => muted.inc(),
    missingText: (locale: string) => missingTexts.inc({ locale }),
  };
}
