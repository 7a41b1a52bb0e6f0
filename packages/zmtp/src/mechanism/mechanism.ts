import type { Metadata } from '../codec/metadata.ts';

export type MechanismName = 'NULL' | 'CURVE';

/** What the connection does next in a handshake. */
export type HandshakeStep =
  | { readonly type: 'send'; readonly command: Buffer }
  /** Server only: the owner decides, then sends `accept`'s READY or an ERROR. */
  | { readonly type: 'authenticate'; readonly publicKey: Buffer | undefined; readonly metadata: Metadata }
  /** Client only. */
  | { readonly type: 'ready'; readonly metadata: Metadata }
  | { readonly type: 'refused'; readonly reason: string };

/** The handshake of one connection as a state machine: command bodies in, steps out. */
export interface Handshake {
  readonly mechanism: MechanismName;
  readonly asServer: boolean;
  /** The first command of a client. */
  start(): Buffer | undefined;
  /** Throws ProtocolError or CryptoError. */
  receive(command: Buffer): HandshakeStep;
  /** Server only, once after `authenticate`: the READY command. */
  accept(metadata: Buffer): Buffer;
  /** Once the handshake is done on this side. */
  session(packing: boolean): Session;
  /** Zeroes what is secret; the session keeps its own key. */
  destroy(): void;
}

/** What a frame carries. `packed`: whole messages, one or more, as ZMTP frames in one body. */
export const kind = { frame: 0, lastFrame: 1, command: 2, packed: 3 } as const;

/** Frames and commands after the handshake. */
export interface Session {
  /** Large bodies may be written as they are after a plain header. */
  readonly plain: boolean;
  /** Bytes by which the body of a wire frame exceeds what it carries. */
  readonly overhead: number;
  /** What the last `read` found; valid as long as it is referenced. */
  readonly body: Buffer;
  /** Answers a `kind`; throws ProtocolError or CryptoError. May decrypt in place. */
  read(flags: number, wire: Buffer): number;
  /** Bytes that a message takes on the wire, at most. */
  messageLength(frames: readonly Uint8Array[]): number;
  /** Writes messages side by side, or in one box; answers the offset after them. */
  writeMessages(out: Buffer, offset: number, messages: readonly (readonly Uint8Array[])[]): number;
  command(body: Buffer): Buffer;
  destroy(): void;
}
