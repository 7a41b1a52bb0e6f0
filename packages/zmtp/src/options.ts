import { systemTimers } from './timers.ts';
import type { Timers } from './timers.ts';

/** `full`: the send queue is at its mark. `closed`: not connected. In both cases nothing was taken. */
export type SendResult = 'sent' | 'full' | 'closed';

/** Settings of a socket; every one has a default. Times in ms. */
export interface SocketOptions {
  /** Send high-water mark per connection: messages that wait or are being written (6000). */
  readonly sendMessages?: number;
  /** The same in bytes on the wire (64 MiB); a single larger message is taken when nothing else waits. */
  readonly sendBytes?: number;
  /** Largest message accepted, in bytes of all its frames (64 MiB). */
  readonly maxMessageBytes?: number;
  /** Most frames of a message accepted (1024). */
  readonly maxFrames?: number;
  /** From the connection to READY (30 s). */
  readonly handshakeTimeoutMs?: number;
  /** Time between PINGs (10 s); 0 sends none. */
  readonly heartbeatMs?: number;
  /** A peer that sends nothing for this long after a PING is disconnected (30 s); also the TTL told to it. */
  readonly heartbeatTimeoutMs?: number;
  readonly timers?: Timers;
}

export type Settings = Required<SocketOptions>;

export const defaults: Settings = {
  sendMessages: 6000,
  sendBytes: 64 * 1024 * 1024,
  maxMessageBytes: 64 * 1024 * 1024,
  maxFrames: 1024,
  handshakeTimeoutMs: 30_000,
  heartbeatMs: 10_000,
  heartbeatTimeoutMs: 30_000,
  timers: systemTimers,
};

/** The property by which a peer says that it comes back soon when told 300, instead of being kept waiting. */
export const retryProperty = 'X-Retry';
/** The property by which a peer says that it reads a whole message from one CURVE box. */
export const multipartProperty = 'X-Multipart';
