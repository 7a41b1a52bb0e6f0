import { decodeCommand, decodeError, encodeCommand } from '../codec/command.ts';
import { command, more } from '../codec/frame-reader.ts';
import { encodeFrame, headerLength, writeHeader } from '../codec/frame-writer.ts';
import { decodeMetadata } from '../codec/metadata.ts';
import { ProtocolError } from '../errors.ts';
import { kind } from './mechanism.ts';
import type { Handshake, HandshakeStep, Session } from './mechanism.ts';

/** NULL (ZMTP 3): READY from both sides. The listening side decides before it sends its own. */
export class NullHandshake implements Handshake {
  readonly mechanism = 'NULL';
  readonly asServer = false;
  private readonly metadata: Buffer | undefined;
  private done = false;

  /** A connecting side gives its metadata; a listening one waits for the peer's. */
  constructor(metadata?: Buffer) {
    this.metadata = metadata;
  }

  start(): Buffer | undefined {
    return this.metadata && encodeCommand('READY', this.metadata);
  }

  receive(body: Buffer): HandshakeStep {
    const { name, data } = decodeCommand(body);
    if (name === 'ERROR' && this.metadata) return { type: 'refused', reason: decodeError(data) };
    if (name !== 'READY' || this.done) throw new ProtocolError('READY is expected in a NULL handshake');
    this.done = true;
    const metadata = decodeMetadata(data);
    return this.metadata ? { type: 'ready', metadata } : { type: 'authenticate', publicKey: undefined, metadata };
  }

  accept(metadata: Buffer): Buffer {
    return encodeCommand('READY', metadata);
  }

  session(): Session {
    return new NullSession();
  }

  destroy(): void {
    this.done = true;
  }
}

class NullSession implements Session {
  readonly plain = true;
  readonly overhead = 0;
  body: Buffer = Buffer.alloc(0);

  read(flags: number, wire: Buffer): number {
    this.body = wire;
    if ((flags & command) !== 0) return kind.command;
    return (flags & more) === 0 ? kind.lastFrame : kind.frame;
  }

  messageLength(frames: readonly Uint8Array[]): number {
    return framesLength(frames);
  }

  writeMessages(out: Buffer, offset: number, messages: readonly (readonly Uint8Array[])[]): number {
    let position = offset;
    for (const frames of messages) position = writeFrames(out, position, frames);
    return position;
  }

  command(body: Buffer): Buffer {
    return encodeFrame(command, body);
  }

  destroy(): void {
    this.body = Buffer.alloc(0);
  }
}

/** A message as ordinary frames; answers the offset after it. */
export function writeFrames(out: Buffer, offset: number, frames: readonly Uint8Array[]): number {
  const last = frames.length - 1;
  let position = offset;
  for (let index = 0; index <= last; index++) {
    const frame = frames[index];
    if (frame === undefined) continue;
    position = writeHeader(out, position, index === last ? 0 : more, frame.length);
    out.set(frame, position);
    position += frame.length;
  }
  return position;
}

/** The bytes that `writeFrames` writes. */
export function framesLength(frames: readonly Uint8Array[]): number {
  let length = 0;
  for (const frame of frames) length += headerLength(frame.length) + frame.length;
  return length;
}
