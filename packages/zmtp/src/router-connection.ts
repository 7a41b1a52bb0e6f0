import type { AuthenticationRequest } from './authenticator.ts';
import type { Metadata } from './codec/metadata.ts';
import type { Connection } from './connection.ts';
import type { MechanismName } from './mechanism/mechanism.ts';
import type { SendResult } from './options.ts';

/** One admitted peer of a router socket. */
export class RouterConnection {
  /** The routing id; automatic ones are a zero byte and 4 random bytes. */
  readonly identity: Buffer;
  readonly mechanism: MechanismName;
  /** The 32 bytes that the handshake verified; undefined under NULL. */
  readonly publicKey: Buffer | undefined;
  /** As the authenticator said. */
  readonly userId: string;
  readonly domain: string;
  /** The peer's IP, or `localhost` on ipc. */
  readonly address: string;
  /** The peer's own properties, unverified; names in lower case. */
  readonly peerMetadata: Metadata;
  /** The properties that the authenticator gave. */
  readonly metadata: Readonly<Record<string, string>>;
  private readonly connection: Connection;

  constructor(
    connection: Connection,
    request: AuthenticationRequest,
    admitted: { identity: Buffer; userId: string; metadata: Readonly<Record<string, string>> },
  ) {
    this.connection = connection;
    this.identity = admitted.identity;
    this.userId = admitted.userId;
    this.metadata = admitted.metadata;
    this.mechanism = request.mechanism;
    this.publicKey = request.publicKey;
    this.domain = request.domain;
    this.address = request.address;
    this.peerMetadata = request.metadata;
  }

  /**
   * Queues a message; written together with what else is sent in this turn. The array and its frames are not copied
   * before that: leave them unchanged.
   */
  send(frames: readonly Uint8Array[]): SendResult {
    return this.connection.send(frames);
  }

  /** Settles when the send queue is at half its marks or below, or the connection has ended. */
  writable(): Promise<void> {
    return this.connection.outbox.writable();
  }

  /** Ends the connection, after sending what is queued for at most `linger` ms (0). */
  close(options: { linger?: number } = {}): void {
    this.connection.close(options.linger ?? 0);
  }
}
