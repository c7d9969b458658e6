import { connect, type Socket } from 'node:net';

export interface Answered {
  status: number;
  body: string;
  /** When the last of it came, by `performance.now()`. */
  at: number;
}

/**
 * One connection that is asked again and again, by bytes made beforehand. Undici's client takes four times as long for a
 * request, 0.17 ms of a processor instead of 0.04: of sixteen answers that come at once, the last would wait for it.
 */
export class Connection {
  readonly #socket: Socket;
  #come: Buffer = Buffer.alloc(0);
  #asked: { resolve: (answered: Answered) => void; reject: (error: unknown) => void } | undefined;

  constructor(origin: string) {
    const { hostname, port } = new URL(origin);
    this.#socket = connect(Number(port), hostname).setNoDelay(true);
    this.#socket.on('data', (bytes) => this.#take(bytes, performance.now()));
    this.#socket.on('error', (error) => this.#asked?.reject(error));
    this.#socket.on('close', () => this.#asked?.reject(new Error('The connection was closed.')));
  }

  /** One at a time. */
  ask(request: Buffer): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#asked = undefined;
    this.#socket.destroy();
  }

  #take(bytes: Buffer, at: number): void {
    this.#come = this.#come.length === 0 ? bytes : Buffer.concat([this.#come, bytes]);
    const headEnd = this.#come.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.#come.toString('latin1', 0, headEnd);
    const end = headEnd + 4 + Number(/\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#come.length < end) return;
    const body = this.#come.toString('utf8', headEnd + 4, end);
    this.#come = this.#come.subarray(end);
    this.#asked?.resolve({ status: Number(head.slice(9, 12)), body, at });
  }
}
