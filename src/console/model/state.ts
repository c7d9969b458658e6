import type { Link } from './stream.ts';
import type {
  Agent,
  Colleague,
  Conversation,
  MentionList,
  Message,
  QueueNow,
  Translation,
  Typing,
} from './types.ts';

/** A text that its author has sent and the service has not yet answered. */
export interface Outgoing {
  key: string;
  text: string;
  note: boolean;
  /** The time of the newest message when it was sent first, by the service's clock: it is none of those. '' = not known. */
  after: string;
  /** Undefined while it is on its way. */
  refused?: string;
}

/** What is loaded of a conversation's messages: the newest, and as many pages before them as were asked for. */
export interface Transcript {
  messages: readonly Message[];
  /** Of the next older page; null = the first message is there; undefined = nothing was read yet. */
  older: string | null | undefined;
  loading: boolean;
}

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  /** Where a click leads. */
  href?: string;
}

/** Everything that the page knows. Maps and their values change only through `Store.change`. */
export interface State {
  me: Agent | null;
  link: Link;
  /** Lists were read at least once. */
  loaded: boolean;
  conversations: Map<string, Conversation>;
  transcripts: Map<string, Transcript>;
  outgoing: Map<string, readonly Outgoing[]>;
  /** Of messages, by their id. One that is hidden is shown again without another asking. */
  translations: Map<string, Translation & { shown: boolean }>;
  queues: Map<string, QueueNow>;
  colleagues: Map<string, Colleague>;
  /** By conversation and agent. */
  typing: Map<string, Typing>;
  /** The newest notes that name me, as far as they were read. */
  mentions: MentionList;
  toasts: readonly Toast[];
  /** What a screen reader says next. */
  said: string;
}

export interface Store {
  readonly state: State;
  /** Everybody who listens hears of it once, after all that happens in the same moment. */
  change: (how: (state: State) => void) => void;
  listen: (heard: () => void) => () => void;
}

export function createStore(): Store {
  const listeners = new Set<() => void>();
  let told = true;
  const state: State = {
    me: null,
    link: 'connecting',
    loaded: false,
    conversations: new Map(),
    transcripts: new Map(),
    outgoing: new Map(),
    translations: new Map(),
    queues: new Map(),
    colleagues: new Map(),
    typing: new Map(),
    mentions: { items: [], cursor: null, unseen: 0 },
    toasts: [],
    said: '',
  };
  return {
    state,
    change(how) {
      how(state);
      if (!told) return;
      told = false;
      queueMicrotask(() => {
        told = true;
        for (const heard of [...listeners]) heard();
      });
    },
    listen(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
  };
}
