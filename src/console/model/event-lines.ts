/** One server-sent event. */
export interface StreamEvent {
  name: string;
  id: string | null;
  data: string;
}

/**
 * Reads server-sent events (HTML Living Standard, 9.2.6) out of pieces of text that end anywhere. Feed it each piece;
 * it answers the events that are whole. Comments and `retry` are left out.
 */
export function createEventReader(): (piece: string) => StreamEvent[] {
  let rest = '';
  let event = empty();
  return (piece) => {
    const events: StreamEvent[] = [];
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (event.data.length > 0) events.push({ ...event, data: event.data.join('\n') });
        event = empty();
        continue;
      }
      const [, field = '', value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
      if (field === 'event') event.name = value;
      else if (field === 'id') event.id = value;
      else if (field === 'data') event.data.push(value);
    }
    return events;
  };
}

function empty(): { name: string; id: string | null; data: string[] } {
  return { name: 'message', id: null, data: [] };
}
