import type { MessagePort } from 'node:worker_threads';
import type { SendResult } from '@volttron-ts/vip-core';
import { packMessages, unpackMessages } from './port-frames.ts';

/** Bytes that may be under way in one direction before a sender is told `full`. */
const MARK = 16 * 1024 * 1024;

type Wire = { readonly block: ArrayBuffer; readonly bytes: number } | { readonly taken: number };

/**
 * One direction-pair of messages over a MessagePort: what is sent in one turn travels as one block, the receiver takes
 * one message at a time, and what it has taken is acknowledged in bytes, so that neither side piles up the other's work.
 */
export class PortChannel {
  readonly #port: MessagePort;
  readonly #receive: (frames: Uint8Array[]) => void | Promise<void>;
  readonly #waiting: (() => void)[] = [];
  #batch: (readonly Uint8Array[])[] = [];
  #batchBytes = 0;
  #underWay = 0;
  #taking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(port: MessagePort, receive: (frames: Uint8Array[]) => void | Promise<void>, closed: () => void) {
    this.#port = port;
    this.#receive = receive;
    port.on('message', (wire: Wire) => {
      if ('taken' in wire) this.#acknowledged(wire.taken);
      else this.#taking = this.#taking.then(async () => this.#take(wire.block, wire.bytes));
    });
    port.on('close', () => {
      this.#closed = true;
      this.#wake();
      closed();
    });
  }

  send(frames: readonly Uint8Array[]): SendResult {
    if (this.#closed) return 'closed';
    if (this.#underWay >= MARK) return 'full';
    if (this.#batch.push(frames) === 1) {
      queueMicrotask(() => {
        this.flush();
      });
    }
    for (const frame of frames) {
      this.#underWay += frame.length;
      this.#batchBytes += frame.length;
    }
    return 'sent';
  }

  /** Sends at once what waits for the end of the turn. */
  flush(): void {
    if (this.#batch.length === 0 || this.#closed) return;
    const block = packMessages(this.#batch);
    this.#port.postMessage({ block, bytes: this.#batchBytes } satisfies Wire, [block]);
    this.#batch = [];
    this.#batchBytes = 0;
  }

  /** Settles when a full channel takes messages again, or is closed. */
  async drained(): Promise<void> {
    if (this.#closed || this.#underWay < MARK) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.flush();
    this.#closed = true;
    this.#port.close();
    this.#wake();
  }

  async #take(block: ArrayBuffer, bytes: number): Promise<void> {
    for (const frames of unpackMessages(block)) {
      if (this.#closed) return;
      try {
        const taking = this.#receive(frames);
        if (taking !== undefined) await taking;
      } catch {
        // Receivers report their own faults. Here one message must cost neither the next ones nor the process.
      }
    }
    if (!this.#closed) this.#port.postMessage({ taken: bytes } satisfies Wire);
  }

  #acknowledged(bytes: number): void {
    this.#underWay -= bytes;
    if (this.#underWay < MARK) this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
