import type { Logger } from '@volttron-ts/vip-core';
import { ChannelBrokenError } from '../errors.ts';
import type { QueueLimits } from '../pubsub/delivery-queue.ts';

/**
 * Bytes between this agent and another (vip-zmq.md §2.13), message by message. Each message is one or more frames.
 * Python routers change a frame that is JSON text, such as a number. Ends with an error when frames may be lost: with
 * the connection, when the peer goes, when this side does not take them.
 */
export interface Channel extends AsyncIterable<readonly Uint8Array[]> {
  readonly peer: string;
  readonly name: string;
  /** Settles when the message has left this process. */
  send(...frames: readonly Uint8Array[]): Promise<void>;
  close(): void;
}

export interface ChannelContext {
  readonly limits: QueueLimits;
  readonly log: Logger;
  readonly offer: (frames: readonly Uint8Array[], hold: { wanted(): boolean; sent(): void }) => void;
  /** Called after each message that is taken. */
  readonly taken: () => void;
  readonly closed: () => void;
}

const sizeOf = (frames: readonly Uint8Array[]): number => frames.reduce((sum, { length }) => sum + length, 0);

/** One channel with what has come and is not yet taken. */
export class QueuedChannel implements Channel {
  readonly peer: string;
  readonly name: string;
  readonly #context: ChannelContext;
  readonly #held: (readonly Uint8Array[])[] = [];
  readonly #sending = new Set<(error: Error) => void>();
  #bytes = 0;
  #failure: Error | undefined;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(peer: string, name: string, context: ChannelContext) {
    this.peer = peer;
    this.name = name;
    this.#context = context;
  }

  get full(): boolean {
    return this.#beyond(1);
  }

  async send(...frames: readonly Uint8Array[]): Promise<void> {
    if (this.#ended) throw this.#failure ?? this.#broken('it is closed');
    return new Promise((resolve, reject) => {
      this.#sending.add(reject);
      const sent = (): void => {
        this.#sending.delete(reject);
        resolve();
      };
      try {
        this.#context.offer(frames, { wanted: () => this.#sending.has(reject), sent });
      } catch (error) {
        this.#sending.delete(reject);
        throw error;
      }
    });
  }

  receive(frames: readonly Uint8Array[]): void {
    if (this.#ended) return;
    if (this.#beyond(this.#context.limits.overrun)) {
      this.fail('this agent does not take what comes');
      return;
    }
    this.#held.push(frames);
    this.#bytes += sizeOf(frames);
    this.#wake();
  }

  /** Ends it; what has come can still be taken. */
  fail(why: string): void {
    if (this.#ended) return;
    this.#failure = this.#broken(why);
    this.#end(this.#failure);
  }

  close(): void {
    if (this.#ended) return;
    this.#held.length = 0;
    this.#bytes = 0;
    this.#end(this.#broken('it is closed'));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Uint8Array[], void, undefined> {
    try {
      for (;;) {
        const frames = this.#held.shift();
        if (frames !== undefined) {
          this.#bytes -= sizeOf(frames);
          this.#context.taken();
          yield frames;
        } else if (this.#failure !== undefined) throw this.#failure;
        else if (this.#ended) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.close();
    }
  }

  #end(reason: Error): void {
    this.#ended = true;
    for (const reject of [...this.#sending]) reject(reason);
    this.#sending.clear();
    this.#context.closed();
    this.#wake();
  }

  #beyond(times: number): boolean {
    const { messages, bytes } = this.#context.limits;
    return this.#held.length >= messages * times || this.#bytes >= bytes * times;
  }

  #broken(why: string): ChannelBrokenError {
    return new ChannelBrokenError(this.name, this.peer, why);
  }
}
