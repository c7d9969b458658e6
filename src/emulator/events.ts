import type { ServerResponse } from 'node:http';

/** More than this many bytes unread, and a browser is cut off; it comes back and loads everything afresh. */
const MAX_UNREAD = 1024 * 1024;

/** Server-sent events to every open phone page. */
export interface EventStreams {
  /** Resolves when the stream has ended. */
  open(response: ServerResponse): Promise<void>;
  send(event: 'message' | 'inbound', data: unknown): void;
  close(): void;
}

export function createEventStreams(): EventStreams {
  const streams = new Set<ServerResponse>();
  let closed = false;
  return {
    open(response) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(': open\n\n');
      if (closed) response.end();
      else streams.add(response);
      return new Promise((resolve) => {
        response.once('close', () => {
          streams.delete(response);
          resolve();
        });
      });
    },
    send(event, data) {
      if (streams.size === 0) return;
      const chunk = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
      for (const stream of streams) {
        stream.write(chunk);
        if (stream.writableLength > MAX_UNREAD) stream.destroy();
      }
    },
    close() {
      closed = true;
      for (const stream of streams) stream.end();
      streams.clear();
    },
  };
}
