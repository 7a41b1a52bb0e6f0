import type { Rate } from './token-bucket.ts';

/** What one peer may take of the router. */
export interface PeerLimits {
  /** Bytes of all frames of a message; a larger one is answered with errno 90, and the connection stays. */
  readonly payloadBytes: number;
  readonly subscriptions: number;
  /** Publications; one above it is answered with errno 11, as by a full queue. */
  readonly publishes: Rate;
  /** Entries of lists that its requests make the router go through; a request above it is answered with errno 11. */
  readonly lookUps: Rate;
  /**
   * Marks of what waits to be read by it, which its listener holds: what is above either is not queued, and its sender
   * is answered with errno 11.
   */
  readonly queue: { readonly messages: number; readonly bytes: number };
}

/** No agent that we know of comes near: a flooder alone is held to a part of what the router does. */
export const defaultPeerLimits: PeerLimits = {
  payloadBytes: 16 * 1024 * 1024,
  subscriptions: 10_000,
  publishes: { perSecond: 50_000, burst: 2_000_000 },
  lookUps: { perSecond: 500_000, burst: 5_000_000 },
  queue: { messages: 6000, bytes: 64 * 1024 * 1024 },
};
