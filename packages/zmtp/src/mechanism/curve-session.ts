import { longHeader } from '../codec/frame-reader.ts';
import { headerLength, writeHeader } from '../codec/frame-writer.ts';
import { tagLength } from '../crypto/engine.ts';
import type { CryptoEngine } from '../crypto/engine.ts';
import { CryptoError, ProtocolError } from '../errors.ts';
import { kind } from './mechanism.ts';
import type { Session } from './mechanism.ts';
import { framesLength, writeFrames } from './null-mechanism.ts';

/** "\x07MESSAGE" as two words. */
const messageWords = [0x074d4553, 0x53414745] as const;
/** Name and short nonce before the box. */
const boxOffset = 16;
/** Name, short nonce, tag and the flags inside the box (RFC 26). */
const overhead = boxOffset + tagLength + 1;

/** Flags inside the box; `packed` is ours, used only with peers that announced it. */
const inner = { more: 1, command: 2, packed: 4 } as const;

/** Nonces count from 1 on each side; 2^53 is never reached by one that counts. */
export class NonceCounter {
  private last = 0;

  /** Writes the next short nonce. */
  next(out: Buffer, offset: number): void {
    this.last += 1;
    out.writeUInt32BE(Math.floor(this.last / 0x1_0000_0000), offset);
    out.writeUInt32BE(this.last >>> 0, offset + 4);
  }

  /** Whether a received short nonce is above all before it; remembers it. */
  advance(bytes: Buffer, offset: number): boolean {
    const value = bytes.readUInt32BE(offset) * 0x1_0000_0000 + bytes.readUInt32BE(offset + 4);
    if (value <= this.last || value > Number.MAX_SAFE_INTEGER) return false;
    this.last = value;
    return true;
  }
}

export interface SessionKeys {
  readonly key: Buffer;
  readonly asServer: boolean;
  readonly sent: NonceCounter;
  readonly received: NonceCounter;
  /** Send whole messages in one box. */
  readonly packing: boolean;
}

/** MESSAGE commands of CurveZMQ. */
export class CurveSession implements Session {
  readonly plain = false;
  readonly overhead = overhead;
  body: Buffer = Buffer.alloc(0);
  private readonly keys: SessionKeys;
  private readonly engine: CryptoEngine;
  private readonly sendNonce = Buffer.alloc(24);
  private readonly receiveNonce = Buffer.alloc(24);

  constructor(keys: SessionKeys, engine: CryptoEngine) {
    this.keys = keys;
    this.engine = engine;
    this.sendNonce.write(keys.asServer ? 'CurveZMQMESSAGES' : 'CurveZMQMESSAGEC', 'ascii');
    this.receiveNonce.write(keys.asServer ? 'CurveZMQMESSAGEC' : 'CurveZMQMESSAGES', 'ascii');
  }

  read(_flags: number, wire: Buffer): number {
    if (
      wire.length < overhead ||
      wire.readUInt32BE(0) !== messageWords[0] ||
      wire.readUInt32BE(4) !== messageWords[1]
    ) {
      throw new ProtocolError('a CURVE MESSAGE is expected');
    }
    if (!this.keys.received.advance(wire, 8)) throw new CryptoError('MESSAGE', 'its nonce is not above the last one');
    wire.copy(this.receiveNonce, 16, 8, 16);
    const plain = wire.subarray(boxOffset + tagLength);
    if (!this.engine.open(plain, wire.subarray(boxOffset), this.receiveNonce, this.keys.key)) {
      throw new CryptoError('MESSAGE', 'its box does not open');
    }
    const flags = plain[0] ?? 0;
    this.body = plain.subarray(1);
    if (flags === 0) return kind.lastFrame;
    if (flags === inner.more) return kind.frame;
    if (flags === inner.command) return kind.command;
    if (flags === inner.packed && this.keys.packing) return kind.packed;
    throw new ProtocolError('the flags of a CURVE MESSAGE are wrong', flags);
  }

  messageLength(frames: readonly Uint8Array[]): number {
    if (this.keys.packing) return longHeader + overhead + framesLength(frames);
    let total = 0;
    for (const frame of frames) total += headerLength(overhead + frame.length) + overhead + frame.length;
    return total;
  }

  writeMessages(out: Buffer, offset: number, messages: readonly (readonly Uint8Array[])[]): number {
    if (this.keys.packing) return this.writePacked(out, offset, messages);
    let position = offset;
    for (const frames of messages) position = this.writeMessage(out, position, frames);
    return position;
  }

  private writePacked(out: Buffer, offset: number, messages: readonly (readonly Uint8Array[])[]): number {
    let length = 0;
    for (const frames of messages) length += framesLength(frames);
    const start = writeHeader(out, offset, 0, overhead + length);
    let position = start + overhead;
    for (const frames of messages) position = writeFrames(out, position, frames);
    return this.sealAt(out, start, inner.packed, length);
  }

  private writeMessage(out: Buffer, offset: number, frames: readonly Uint8Array[]): number {
    const last = frames.length - 1;
    let position = offset;
    for (let index = 0; index <= last; index++) {
      const frame = frames[index];
      if (frame === undefined) continue;
      const start = writeHeader(out, position, 0, overhead + frame.length);
      out.set(frame, start + overhead);
      position = this.sealAt(out, start, index === last ? 0 : inner.more, frame.length);
    }
    return position;
  }

  command(body: Buffer): Buffer {
    const length = overhead + body.length;
    const out = Buffer.allocUnsafe(headerLength(length) + length);
    const start = writeHeader(out, 0, 0, length);
    out.set(body, start + overhead);
    this.sealAt(out, start, inner.command, body.length);
    return out;
  }

  /** Encrypts in place the body that stands at `start + overhead`; answers the offset after it. */
  private sealAt(out: Buffer, start: number, flags: number, length: number): number {
    out.writeUInt32BE(messageWords[0], start);
    out.writeUInt32BE(messageWords[1], start + 4);
    this.keys.sent.next(out, start + 8);
    out.copy(this.sendNonce, 16, start + 8, start + boxOffset);
    const end = start + overhead + length;
    out[start + overhead - 1] = flags;
    const box = out.subarray(start + boxOffset, end);
    this.engine.seal(box, box.subarray(tagLength), this.sendNonce, this.keys.key);
    return end;
  }

  destroy(): void {
    this.engine.zero(this.keys.key);
    this.body = Buffer.alloc(0);
  }
}
