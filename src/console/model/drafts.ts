import { type Ask, pathOf } from './api.ts';
import { keep, stored } from './storage.ts';
import type { Draft } from './types.ts';

/**
 * Unsent texts: a reply and a note for each conversation, apart, so that a note never stands where a reply is sent. The
 * service keeps replies, and this tab beside it both, for when the service cannot be reached.
 */
export interface Drafts {
  /** What was kept in this tab; '' when nothing was. */
  here: (conversationId: string, note: boolean) => string;
  /** The reply that the service has of mine; '' when nothing, or nobody answers. */
  there: (conversationId: string) => Promise<string>;
  /** At once in this tab; a reply within `EVERY` at the service too, so that colleagues see who types. */
  write: (conversationId: string, text: string, note: boolean) => void;
  /** It was sent: the service drops its copy by itself. */
  sent: (conversationId: string, note: boolean) => void;
}

/** Milliseconds between two writes to the service. */
const EVERY = 2_000;

const nameOf = (conversationId: string, note: boolean) =>
  `switchboard.${note ? 'note' : 'draft'}.${conversationId}`;

export function createDrafts(parts: {
  ask: Ask;
  me: () => string | undefined;
  storage: Storage;
  setTimer: (run: () => void, milliseconds: number) => number;
  clearTimer: (timer: number) => void;
}): Drafts {
  const { ask, storage } = parts;
  const timers = new Map<string, number>();

  const put = async (conversationId: string) => {
    timers.delete(conversationId);
    const text = stored(nameOf(conversationId, false), storage) ?? '';
    const path = pathOf('conversations', conversationId, '/draft');
    try {
      if (text.trim() === '') await ask('DELETE', path);
      else await ask('PUT', path, { text: text.slice(0, 16_000) });
    } catch {
      // It is still here; the next letter tries again.
    }
  };

  return {
    here: (conversationId, note) => stored(nameOf(conversationId, note), storage) ?? '',
    async there(conversationId) {
      try {
        const { items } = await ask<{ items: Draft[] }>(
          'GET',
          pathOf('conversations', conversationId, '/drafts'),
        );
        return items.find(({ agentId }) => agentId === parts.me())?.text ?? '';
      } catch {
        return '';
      }
    },
    write(conversationId, text, note) {
      keep(nameOf(conversationId, note), text === '' ? null : text, storage);
      if (note || timers.has(conversationId)) return;
      // The first letter at once: colleagues are to see it before they begin to write themselves.
      const wait = text.length <= 1 ? 0 : EVERY;
      timers.set(
        conversationId,
        parts.setTimer(() => void put(conversationId), wait),
      );
    },
    sent(conversationId, note) {
      keep(nameOf(conversationId, note), null, storage);
      if (note) return;
      const timer = timers.get(conversationId);
      if (timer !== undefined) parts.clearTimer(timer);
      timers.delete(conversationId);
    },
  };
}
