import type { DiscoveryDocument } from '../documents.ts';
import type { VipError } from '../errors.ts';
import type { BusConnection } from './bus.ts';

/**
 * `requesting`: a certificate is asked for. `pending`: a person there has still to approve this key or certificate.
 * `failed`: it is tried again, and `reason` says what is wrong and what mends it.
 */
export type RemotePhase =
  'discovering' | 'requesting' | 'pending' | 'denied' | 'failed' | 'connecting' | 'connected' | 'lost' | 'closed';

/** Where a connection to another platform stands. */
export interface RemotePlatformState {
  readonly phase: RemotePhase;
  readonly address: string;
  /** What its discovery said, for `https://` addresses. */
  readonly platform?: DiscoveryDocument;
  readonly reason?: VipError;
}

export interface RemotePlatformOptions {
  /** The remote's public key; else from known hosts, else from discovery. */
  readonly serverkey?: string;
  /** PEM of the root that its web certificate must come from. */
  readonly rootCertificate?: string;
}

/**
 * A connection to another platform's bus, under the identity `<instance>.<identity>`: with the agent's own key on ZMQ,
 * with a certificate of that platform on RabbitMQ.
 */
export interface RemoteConnection extends BusConnection {
  readonly remoteState: RemotePlatformState;
  /** Hears the present state at once and every later one; the function it answers stops that. */
  onRemoteState(listener: (state: RemotePlatformState) => void): () => void;
}

/** Turns the address of another platform into a connection. */
export interface RemotePlatforms {
  /** Answers at once; the connection is opened by its user. Throws InvalidValueError for an address of no known kind. */
  connect(address: string, options?: RemotePlatformOptions): RemoteConnection;
}
