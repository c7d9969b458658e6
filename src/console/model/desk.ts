import type { Alerts } from './alerts.ts';
import { type Ask, createAsk, pathOf, Refusal, Unreachable } from './api.ts';
import { wasAsked } from './lists.ts';
import { createLoading, type Loading } from './loading.ts';
import { createMentions, type Mentions } from './mentions.ts';
import { createSending, type Memory, type Sending } from './sending.ts';
import { createStore, type Store } from './state.ts';
import { followEvents, type Stream } from './stream.ts';
import { type News, takeConversation, takeIn } from './take-in.ts';
import type { T } from './texts.ts';
import type { Agent, Conversation, Message } from './types.ts';

/** What somebody at a desk does; the state follows. Methods reject with `Refusal` or `Unreachable` where they say so. */
export interface Desk extends Loading, Mentions, Sending {
  readonly store: Store;
  readonly ask: Ask;
  /** For `ask`, where one wish may be asked for several times. */
  newKey: () => string;
  /** Finds out who is signed in, and follows what happens if somebody is. */
  start: () => Promise<void>;
  /** Rejects. */
  signIn: (token: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** Connects at once. */
  reconnect: () => void;
  setPresence: (to: { presence: string } | { presenceId: string }) => Promise<void>;
  /** `claim`, `transfer` and so on; false = it was refused, and a toast says why, or it is being done already. */
  act: (conversationId: string, action: string, body?: object) => Promise<boolean>;
  /** Does something with the API and says what went wrong, if it does. */
  attempt: <R>(doing: () => Promise<R>) => Promise<R | undefined>;
  toast: (text: string, tone?: 'plain' | 'bad', href?: string) => void;
  dismiss: (id: number) => void;
  /** What is wrong, in the reader's language. */
  explain: (error: unknown) => string;
}

export interface DeskParts {
  t: T;
  alerts: Alerts;
  fetch: typeof fetch;
  randomId: () => string;
  sleep: (milliseconds: number) => Promise<void>;
  /** Aborts after so many milliseconds. */
  timeLimit: (milliseconds: number) => AbortSignal;
  setTimer: (run: () => void, milliseconds: number) => number;
  clearTimer: (timer: number) => void;
  memory: Memory;
  /** Somebody else has signed in: nothing of the page may stay. */
  beginAnew: () => void;
  /** Of the conversation that is shown. */
  shownId: () => string | undefined;
}

/** Milliseconds. */
const TOAST_SHOWN = 7_000;

export function createDesk(parts: DeskParts): Desk {
  const { t, alerts, randomId } = parts;
  const store = createStore();
  let stream: Stream | undefined;
  let toasts = 0;
  const rung = new Set<string>();
  const acting = new Set<string>();

  const signedOut = () => {
    stream?.close();
    stream = undefined;
    store.change((state) => {
      state.link = 'signed-out';
    });
  };
  const ask = createAsk({ ...parts, signedOut });
  const loading = createLoading({ store, ask });
  const mentions = createMentions({ store, ask });
  const { restore, ...sending } = createSending({ ...parts, store, ask, explain });

  function loadAnew(): void {
    for (const load of [loading.loadLists, mentions.loadMentions]) void load().catch(ignoreAbsence);
  }

  function follow(me: Agent): void {
    store.change((state) => {
      state.me = me;
    });
    restore(me.id);
    stream?.close();
    stream = followEvents({
      ...parts,
      onLink: (link) =>
        store.change((state) => {
          state.link = link;
        }),
      onOpen: loadAnew,
      onEvents(events) {
        let news: News | undefined;
        store.change((state) => {
          news = takeIn(state, events);
        });
        if (news) tell(news);
      },
    });
  }

  /** Makes heard what somebody who looks elsewhere should know of. */
  function tell(news: News): void {
    if (news.reset) loadAnew();
    const { me } = store.state;
    if (me === null) return;
    for (const { before, now } of news.conversations) {
      if (now.offer?.agentId === me.id && before?.offer?.agentId !== me.id) {
        alerts.call(t('alert.offer', { customer: `+${now.customer}` }), now.id);
      } else if (now.state === 'open' && before?.state !== 'open' && !hadIt(before, me)) {
        alerts.note(t('alert.waiting', { customer: `+${now.customer}` }), now.id);
      }
      // What was so before the page was opened is no news, whatever comes first: lists or an event.
      const told = before === undefined ? store.state.loaded : !wasAsked(before, me);
      if (told && wasAsked(now, me) && now.agentId !== me.id) tellAsked(now);
      const lost = before?.agentId === me.id && now.agentId !== null && now.agentId !== me.id;
      const taken = now.id === parts.shownId() && before?.agentId !== now.agentId && now.agentId !== me.id;
      if (lost || (taken && now.agentId !== null)) {
        toast(t('toast.taken', { agent: nameOf(now.agentId ?? ''), customer: `+${now.customer}` }));
      }
    }
    for (const message of news.messages) hear(message, me);
    const named = news.mentions.length;
    if (named > 0) void mentions.loadMentions(named).catch(ignoreAbsence);
    for (const { by, conversationId, messageId } of news.mentions) {
      if (!isFirst(messageId)) continue;
      toast(t('toast.mention', { agent: nameOf(by) }), 'plain', `#/c/${conversationId}`);
      alerts.call(t('toast.mention', { agent: nameOf(by) }), conversationId);
    }
  }

  /** Whether a message is told of for the first time: after a break the last seconds come again. */
  function isFirst(messageId: string): boolean {
    if (rung.has(messageId)) return false;
    rung.add(messageId);
    return true;
  }

  function tellAsked({ id, customer, agentId }: Conversation): void {
    const text = t('toast.consulted', { agent: nameOf(agentId ?? ''), customer: `+${customer}` });
    toast(text, 'plain', `#/c/${id}`);
    alerts.call(text, id);
  }

  /** Who gives one back to its queue knows that it waits. A closed one keeps the name of who had it, and may come back. */
  const hadIt = (before: Conversation | undefined, me: Agent) =>
    before?.state !== 'closed' && before?.agentId === me.id;

  function hear(message: Message, me: Agent): void {
    const { conversationId, direction, status, text } = message;
    const conversation = store.state.conversations.get(conversationId);
    const isMine = direction === 'in' && conversation?.agentId === me.id;
    if (isMine && status === 'handled' && isFirst(message.id)) {
      alerts.call(t('alert.message', { customer: `+${conversation.customer}` }), conversationId);
    }
    if (conversationId !== parts.shownId() || message.author.id === me.id || status === 'received') return;
    store.change((state) => {
      state.said = t(direction === 'in' ? 'said.customer' : 'said.other', { text: text.slice(0, 300) });
    });
  }

  const nameOf = (agentId: string) => store.state.colleagues.get(agentId)?.name ?? agentId;

  function explain(error: unknown): string {
    if (error instanceof Unreachable) return t('error.unreachable');
    if (!(error instanceof Refusal)) return t('error.internal');
    const agent = error.agentId === null ? '' : nameOf(error.agentId);
    const known = t(`error.${error.code}`, { agent });
    const text = known === `error.${error.code}` ? error.message : known;
    return [text, ...error.problems.map(({ path, message }) => `${path}: ${message}`)].join('\n');
  }

  function toast(text: string, tone: 'plain' | 'bad' = 'plain', href?: string): void {
    toasts += 1;
    const id = toasts;
    store.change((state) => {
      const shown = { id, text, tone, ...(href === undefined ? {} : { href }) };
      state.toasts = [...state.toasts.filter((one) => one.text !== text).slice(-3), shown];
    });
    parts.setTimer(() => dismiss(id), tone === 'bad' ? TOAST_SHOWN * 2 : TOAST_SHOWN);
  }

  function dismiss(id: number): void {
    store.change((state) => {
      state.toasts = state.toasts.filter((one) => one.id !== id);
    });
  }

  async function attempt<R>(doing: () => Promise<R>): Promise<R | undefined> {
    try {
      return await doing();
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'unauthenticated')) toast(explain(error), 'bad');
      return undefined;
    }
  }

  return {
    ...loading,
    ...mentions,
    ...sending,
    store,
    ask,
    newKey: randomId,
    async start() {
      const me = await ask<Agent>('GET', '/api/me').catch(ignoreAbsence);
      if (me) follow(me);
    },
    async signIn(token) {
      const { agent } = await ask<{ agent: Agent }>('POST', '/api/session', { token });
      const { me } = store.state;
      if (me !== null && me.id !== agent.id) return parts.beginAnew();
      follow(agent);
    },
    async signOut() {
      await attempt(() => ask('DELETE', '/api/session'));
      parts.beginAnew();
    },
    reconnect: () => stream?.retry(),
    async setPresence(to) {
      const agent = await attempt(() => ask<Agent>('PUT', '/api/me/presence', to));
      if (agent === undefined) return;
      store.change((state) => {
        state.me = agent;
      });
    },
    async act(conversationId, action, body = {}) {
      const path = pathOf('conversations', conversationId, `/${action}`);
      // A second press of a key or button, before the first is answered, is the same wish; about somebody else it is not.
      const wish = `${path} ${JSON.stringify(body)}`;
      if (acting.has(wish)) return false;
      acting.add(wish);
      const changed = await attempt(() => ask<Conversation>('POST', path, body));
      acting.delete(wish);
      if (changed === undefined) return false;
      store.change((state) => {
        takeConversation(state, changed);
      });
      return true;
    },
    attempt,
    toast,
    dismiss,
    explain,
  };
}

/** What could not be read is read again when the connection is back, and who is signed out is asked to sign in. */
function ignoreAbsence(error: unknown): undefined {
  if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
  return undefined;
}
