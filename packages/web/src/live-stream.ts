import type { Clock, LivePoint } from '@volttron-ts/vip-core';
import type { LiveFeed } from './contracts.ts';
import { TooManyStreamsError } from './errors.ts';

/** So many streams at once. */
const MOST = 64;
/** So many bytes may wait for one client, besides the last points that it begins with. */
const WAITING = 262_144;
/** A comment keeps a silent stream open, in ms. */
const HEARTBEAT = 15_000;

export type StreamEnd = 'closed' | 'slow' | 'not allowed';

/** Where a stream's text goes: a client's response. */
export interface StreamClient {
  /** Bytes that were written but have not left. */
  readonly waiting: number;
  write(text: string): void;
  /** Whether the client may still watch; asked at each heartbeat. */
  allowed(): Promise<boolean>;
  /** Ends the stream; at once when the client does not read. */
  end(reason: StreamEnd): void;
}

/** Server-sent events of point batches: each batch is printed once for all clients, and a client that lags is dropped. */
export class LiveStream {
  /** With the bytes that may wait for each. */
  readonly #clients = new Map<StreamClient, number>();
  readonly #feed: LiveFeed;
  readonly #clock: Clock;
  #unsubscribe: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;

  constructor(feed: LiveFeed, clock: Clock) {
    this.#feed = feed;
    this.#clock = clock;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Throws TooManyStreamsError when no place is free. */
  reserve(): void {
    if (this.#clients.size >= MOST) throw new TooManyStreamsError(MOST);
  }

  /** Begins with the last point of each topic, then every batch. */
  add(client: StreamClient): void {
    this.reserve();
    const beginning = `retry: 2000\n\n${printBatch(this.#feed.latest())}`;
    client.write(beginning);
    this.#clients.set(client, WAITING + Buffer.byteLength(beginning));
    this.#unsubscribe ??= this.#feed.subscribe((points) => {
      this.#sendAll(printBatch(points));
    });
    this.#cancelHeartbeat ??= this.#clock.after(HEARTBEAT, this.#beat);
  }

  remove(client: StreamClient): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#unsubscribe?.();
    this.#cancelHeartbeat?.();
    this.#unsubscribe = undefined;
    this.#cancelHeartbeat = undefined;
  }

  close(): void {
    for (const client of [...this.#clients.keys()]) this.#end(client, 'closed');
  }

  #sendAll(text: string): void {
    for (const [client, limit] of [...this.#clients]) {
      if (client.waiting > limit) this.#end(client, 'slow');
      else client.write(text);
    }
  }

  #end(client: StreamClient, reason: StreamEnd): void {
    this.remove(client);
    client.end(reason);
  }

  readonly #beat = (): void => {
    this.#cancelHeartbeat = this.#clock.after(HEARTBEAT, this.#beat);
    this.#sendAll(': \n\n');
    for (const client of this.#clients.keys()) void this.#check(client);
  };

  async #check(client: StreamClient): Promise<void> {
    const allowed = await client.allowed().catch(() => false);
    if (!allowed && this.#clients.has(client)) this.#end(client, 'not allowed');
  }
}

/** JSON has no line breaks outside strings, and escapes those inside, so one `data:` line holds a batch. */
export function printBatch(points: readonly LivePoint[]): string {
  return `data: ${JSON.stringify(points)}\n\n`;
}
