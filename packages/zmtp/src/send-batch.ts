import { headerLength, writeHeader } from './codec/frame-writer.ts';
import { more } from './codec/frame-reader.ts';
import type { Session } from './mechanism/mechanism.ts';

const slabLength = 65_536;
const keptSlabs = 32;
/** Below this, a lone message gets a buffer of its own size. */
const smallMessage = 4096;
/** Plain bodies from here on are written where they are. */
const byReference = 16_384;

/** Most bytes that are written as one group, which may be one CURVE box: its cost is spread, yet it stays small. */
const groupBytes = 16_384;

const freeSlabs: Buffer[] = [];

/** Encodes messages for one socket write; small ones side by side in slabs that are used again after the write. */
export class SendBatch {
  readonly chunks: Buffer[] = [];
  private readonly session: Session;
  private readonly slabs: Buffer[] = [];
  private slab: Buffer | undefined;
  private start = 0;
  private end = 0;
  /** Messages that will be written together, and the bytes they take at most. */
  private group: (readonly Uint8Array[])[] = [];
  private groupLength = 0;

  constructor(session: Session) {
    this.session = session;
  }

  /** `length` is the session's `messageLength`; `alone` that nothing else goes with it. */
  add(frames: readonly Uint8Array[], length: number, alone: boolean): void {
    if (length > byReference) {
      this.cut();
      this.addLarge(frames, length);
      return;
    }
    if (alone && length <= smallMessage) {
      const out = Buffer.allocUnsafe(length);
      this.chunks.push(out.subarray(0, this.session.writeMessages(out, 0, [frames])));
      return;
    }
    if (this.groupLength + length > groupBytes) this.writeGroup();
    this.group.push(frames);
    this.groupLength += length;
  }

  addCommand(wire: Buffer): void {
    this.cut();
    this.chunks.push(wire);
  }

  /** Ends the batch; `chunks` are complete. */
  finish(): void {
    this.cut();
  }

  /** Only when the system has taken the bytes. */
  release(): void {
    for (const slab of this.slabs) if (freeSlabs.length < keptSlabs) freeSlabs.push(slab);
  }

  private writeGroup(): void {
    if (this.groupLength === 0) return;
    this.end = this.session.writeMessages(this.room(this.groupLength), this.end, this.group);
    this.group = [];
    this.groupLength = 0;
  }

  private room(length: number): Buffer {
    if (this.slab && this.end + length <= slabLength) return this.slab;
    this.cutSlab();
    this.slab = freeSlabs.pop() ?? Buffer.allocUnsafeSlow(slabLength);
    this.slabs.push(this.slab);
    this.start = this.end = 0;
    return this.slab;
  }

  private cut(): void {
    this.writeGroup();
    this.cutSlab();
  }

  private cutSlab(): void {
    if (this.slab && this.end > this.start) this.chunks.push(this.slab.subarray(this.start, this.end));
    this.start = this.end;
  }

  private addLarge(frames: readonly Uint8Array[], length: number): void {
    if (!this.session.plain) {
      const out = Buffer.allocUnsafe(length);
      this.chunks.push(out.subarray(0, this.session.writeMessages(out, 0, [frames])));
      return;
    }
    const last = frames.length - 1;
    for (const [index, frame] of frames.entries()) {
      const header = Buffer.allocUnsafe(headerLength(frame.length));
      writeHeader(header, 0, index === last ? 0 : more, frame.length);
      this.chunks.push(header, Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
    }
  }
}
