import type { Dispatcher } from 'undici';
import { countSegments } from '../telesign/text.ts';
import { createCourier, inboundCallback, receiptCallback } from './callbacks.ts';
import { createFaultPlan, type FaultPlan } from './faults.ts';
import { descriptionOf, type MessagingRequest } from './messaging.ts';
import { createLog, dropOldest, type InboundText, type Log, type SentMessage } from './record.ts';
import type { SetTimer, Waits } from './waits.ts';

/** Entries kept of each kind. */
const KEPT = 10_000;

/** How long a text waits for the next one to overtake it, in milliseconds. */
const REORDER_HOLD = 1_000;

/** What a pino logger offers, as far as it is used here. Never gets a number or a text. */
export interface EmulatorLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A support number and what to call it on the phone page. */
export interface SupportNumber {
  /** Digits with country code, or a short code. */
  number: string;
  label: string;
}

export interface AccountOptions {
  customerId: string;
  /** Base64, as TeleSign gives it. */
  apiKey: string;
  /** The account's callback URL; a function where it is known only once a server listens. */
  callbackUrl: string | (() => string);
  numbers: readonly SupportNumber[];
  /** Milliseconds since 1970. */
  now: () => number;
  /** From 0 up to 1, and different each time: reference ids are made from it. */
  random: () => number;
  /** Carries the callbacks. Whoever passes it in closes it. */
  dispatcher: Dispatcher;
  log?: EmulatorLog;
}

/** A text from a customer. The same `referenceId` again is the same text delivered again. */
export interface InboundRequest {
  from: string;
  to: string;
  text: string;
  referenceId?: string | undefined;
}

export interface InboundOutcome {
  referenceId: string;
  /** After the first attempt. */
  status: InboundText['status'];
}

/** One TeleSign account: what it accepted, what it delivered, and what it does wrong. */
export interface Account {
  readonly sent: Log<SentMessage>;
  readonly inbound: Log<InboundText>;
  readonly faults: FaultPlan;
  /** False when the nonce has come before. */
  useNonce(nonce: string): boolean;
  /** Takes a message and has its receipts posted. */
  accept(request: MessagingRequest): SentMessage;
  /** Posts a text to the service with TeleSign's retries; resolves after the first attempt. */
  textIn(request: InboundRequest): Promise<InboundOutcome>;
  /** Ends every pause and post under way, and resolves when none is left. */
  stop(): Promise<void>;
}

export function createAccount(
  options: AccountOptions & {
    setTimer: SetTimer;
    waits: Waits;
    onChange: (event: 'message' | 'inbound', entry: SentMessage | InboundText) => void;
  },
): Account {
  const { callbackUrl, numbers, now, random, waits, onChange, log } = options;
  const sent = createLog<SentMessage>(KEPT);
  const inbound = createLog<InboundText>(KEPT);
  const faults = createFaultPlan(random);
  const nonces = new Set<string>();
  const underway = new Set<Promise<void>>();
  /** Lets go of the text that waits to be overtaken. */
  let held: (() => void) | null = null;

  const courier = createCourier({
    ...options,
    onRefused: (reason) =>
      log?.warn({ reason }, 'The callback URL did not answer with 200: check that the service listens there'),
  });

  function inBackground(work: Promise<void>) {
    const guarded = work
      .catch((error: unknown) => log?.error({ err: error }, 'The emulator failed to deliver a callback'))
      .finally(() => underway.delete(guarded));
    underway.add(guarded);
  }

  function accountUrl(): string {
    return typeof callbackUrl === 'string' ? callbackUrl : callbackUrl();
  }

  function newReferenceId(): string {
    return Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16))
      .join('')
      .toUpperCase();
  }

  function putMessage(message: SentMessage) {
    sent.put(message);
    onChange('message', message);
  }

  function putText(text: InboundText) {
    inbound.put(text);
    onChange('inbound', text);
  }

  function moveTo(id: string, status: number) {
    const message = sent.get(id);
    if (message !== undefined) putMessage({ ...message, status, description: descriptionOf(status) });
  }

  async function report(message: SentMessage, url: string) {
    const { receipts } = faults.current;
    if (receipts.none) return;
    const final = receipts.failCode ?? 200;
    const post = async (body: Buffer) => {
      const times = receipts.duplicate ? 2 : 1;
      await Promise.all(Array.from({ length: times }, () => courier.deliver(url, body)));
    };

    if (!(await waits.wait(receipts.delay))) return;
    moveTo(message.id, 203);
    const gateway = receiptCallback(message, 203, now());
    // Not awaited yet: a report that is being retried does not hold up the next one.
    const gatewayPosted = receipts.reorder ? null : post(gateway);
    if (await waits.wait(receipts.delay)) {
      moveTo(message.id, final);
      await post(receiptCallback(message, final, now()));
    }
    await (gatewayPosted ?? post(gateway));
  }

  /** Waits for this text's turn; the answer is to be called when it has gone out. */
  async function outOfOrder(): Promise<() => void> {
    if (held !== null) {
      const letGo = held;
      held = null;
      return letGo;
    }
    const pause = waits.hold(REORDER_HOLD);
    held = pause.release;
    await pause.passed;
    if (held === pause.release) held = null;
    return () => {};
  }

  async function carry(text: InboundText, answer: (status: InboundText['status']) => void) {
    const { delay, duplicate, reorder } = faults.current.inbound;
    let current = text;
    const moveText = (change: Partial<InboundText>) => {
      current = { ...current, ...change };
      putText(current);
    };
    try {
      const url = accountUrl();
      const body = inboundCallback(text);
      await waits.wait(delay);
      const wentOut = reorder ? await outOfOrder() : () => {};
      const copy = duplicate ? courier.deliver(url, body) : null;
      const delivered = await courier.deliver(url, body, (accepted) => {
        moveText({ attempts: current.attempts + 1, status: accepted ? 'delivered' : 'retrying' });
        answer(current.status);
        wentOut();
      });
      if (!delivered) moveText({ status: 'failed' });
      await copy;
    } finally {
      answer(current.status);
    }
  }

  return {
    sent,
    inbound,
    faults,
    useNonce(nonce) {
      if (nonces.has(nonce)) return false;
      nonces.add(nonce);
      dropOldest(nonces, KEPT);
      return true;
    },
    accept(request) {
      const message: SentMessage = {
        id: newReferenceId(),
        to: request.to,
        from: request.senderId ?? numbers[0]?.number ?? null,
        text: request.text,
        externalId: request.externalId,
        ...countSegments(request.text),
        status: 290,
        description: descriptionOf(290),
        at: now(),
      };
      putMessage(message);
      inBackground(report(message, request.callbackUrl ?? accountUrl()));
      return message;
    },
    async textIn({ from, to, text, referenceId = newReferenceId() }) {
      const status = await new Promise<InboundText['status']>((resolve) => {
        const entry: InboundText = {
          id: referenceId,
          from,
          to,
          text,
          ...countSegments(text),
          status: 'sending',
          attempts: 0,
          at: now(),
        };
        putText(entry);
        inBackground(carry(entry, resolve));
      });
      return { referenceId, status };
    },
    async stop() {
      courier.stop();
      waits.stop();
      await Promise.all(underway);
    },
  };
}
