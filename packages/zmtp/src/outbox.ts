import type { Socket } from 'node:net';

import type { Session } from './mechanism/mechanism.ts';
import type { SendResult } from './options.ts';
import { SendBatch } from './send-batch.ts';

/** Most bytes handed to the system at once. */
const batchBytes = 262_144;
const maxCommands = 16;

/** Boxes with something to write; one immediate serves them all, so that one turn's sends share a write per socket. */
let due: Outbox[] = [];

function flushDue(): void {
  const boxes = due;
  due = [];
  for (const box of boxes) box.flush();
}

/** The send queue of one connection: holds frames by reference until the socket takes more, then encodes a batch. */
export class Outbox {
  private readonly socket: Socket;
  private readonly maxMessages: number;
  private readonly maxBytes: number;
  private readonly failed: (error: unknown) => void;
  private session: Session | undefined;
  private state: 'open' | 'ending' | 'closed' = 'open';

  private messages: (readonly Uint8Array[])[] = [];
  private lengths: number[] = [];
  private head = 0;
  private commands: Buffer[] = [];
  /** Messages and bytes that wait or are being written. */
  private heldMessages = 0;
  private heldBytes = 0;

  private scheduled = false;
  private batch: SendBatch | undefined;
  private batchMessages = 0;
  private batchLength = 0;
  private waiting: (() => void)[] = [];
  private whenEmpty: (() => void) | undefined;

  constructor(socket: Socket, marks: { sendMessages: number; sendBytes: number }, failed: (error: unknown) => void) {
    this.socket = socket;
    this.maxMessages = marks.sendMessages;
    this.maxBytes = marks.sendBytes;
    this.failed = failed;
  }

  open(session: Session): void {
    this.session = session;
  }

  send(frames: readonly Uint8Array[]): SendResult {
    if (!this.session || this.state !== 'open') return 'closed';
    const length = this.session.messageLength(frames);
    if (this.heldMessages > 0 && (this.heldMessages >= this.maxMessages || this.heldBytes + length > this.maxBytes)) {
      return 'full';
    }
    this.messages.push(frames);
    this.lengths.push(length);
    this.heldMessages += 1;
    this.heldBytes += length;
    this.schedule();
    return 'sent';
  }

  /** Commands go before waiting messages. A peer that asks for PONGs and does not read them gets no more of them. */
  sendCommand(body: Buffer): void {
    if (!this.session || this.state === 'closed' || this.commands.length >= maxCommands) return;
    this.commands.push(body);
    this.schedule();
  }

  /** Settles when the queue is at half its marks or below, or closed. */
  writable(): Promise<void> {
    if (this.state !== 'open' || this.low()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Takes nothing more; calls back when all has been handed to the system. */
  end(done: () => void): void {
    if (this.state !== 'open') return;
    this.state = 'ending';
    this.whenEmpty = done;
    this.wake();
    this.checkEmpty();
  }

  close(): void {
    this.state = 'closed';
    this.messages = [];
    this.lengths = [];
    this.commands = [];
    this.whenEmpty = undefined;
    this.wake();
  }

  flush(): void {
    this.scheduled = false;
    if (this.batch || !this.session || this.state === 'closed') return;
    try {
      this.write(this.nextBatch(this.session));
    } catch (error) {
      this.failed(error);
    }
  }

  private low(): boolean {
    return this.heldMessages <= this.maxMessages / 2 && this.heldBytes <= this.maxBytes / 2;
  }

  private schedule(): void {
    if (this.scheduled || this.batch) return;
    this.scheduled = true;
    if (due.push(this) === 1) setImmediate(flushDue);
  }

  private nextBatch(session: Session): SendBatch {
    const batch = new SendBatch(session);
    for (const body of this.commands) batch.addCommand(session.command(body));
    this.commands = [];
    this.batchMessages = 0;
    this.batchLength = 0;
    const { messages, lengths } = this;
    const alone = messages.length - this.head === 1;
    while (this.head < messages.length && this.batchLength < batchBytes) {
      const length = lengths[this.head] ?? 0;
      batch.add(messages[this.head] ?? [], length, alone);
      messages[this.head] = [];
      this.head += 1;
      this.batchMessages += 1;
      this.batchLength += length;
    }
    if (this.head === messages.length) {
      this.messages = [];
      this.lengths = [];
      this.head = 0;
    }
    batch.finish();
    return batch;
  }

  private write(batch: SendBatch): void {
    const { chunks } = batch;
    const last = chunks.length - 1;
    if (last < 0) return;
    this.batch = batch;
    if (last > 0) this.socket.cork();
    for (const [index, chunk] of chunks.entries()) {
      if (index === last) this.socket.write(chunk, this.written);
      else this.socket.write(chunk);
    }
    if (last > 0) this.socket.uncork();
  }

  private readonly written = (error?: Error | null): void => {
    if (!error) this.batch?.release();
    this.batch = undefined;
    if (error || this.state === 'closed') return;
    this.heldMessages -= this.batchMessages;
    this.heldBytes -= this.batchLength;
    if (this.head < this.messages.length || this.commands.length > 0) this.flush();
    if (this.waiting.length > 0 && this.low()) this.wake();
    this.checkEmpty();
  };

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  private checkEmpty(): void {
    if (this.whenEmpty === undefined || this.heldMessages > 0 || this.batch || this.commands.length > 0) return;
    const done = this.whenEmpty;
    this.whenEmpty = undefined;
    done();
  }
}
