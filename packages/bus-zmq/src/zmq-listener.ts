import { decodeKey, decodeText, encodeKey, endpointOf } from '@volttron-ts/vip-core';
import type {
  AuthenticationRequest,
  Authenticator,
  BusListener,
  BusListenerEvents,
  Clock,
  Logger,
  PeerLink,
  VipAddress,
} from '@volttron-ts/vip-core';
import { publicKeyFromSecret, RouterSocket } from '@volttron-ts/zmtp';
import type {
  AuthenticationRequest as ZmtpRequest,
  CurveServer,
  MonitorEvent,
  NullMechanism,
  RouterConnection,
} from '@volttron-ts/zmtp';

import { recheckSessions } from './recheck-sessions.ts';

export interface ZmqListenerOptions {
  /** What to bind: `secretkey`, `domain` and `server` of an address are obeyed (reference/vip-zmq.md §4.1). */
  readonly addresses: readonly VipAddress[];
  /** The platform's pair, 43 characters each; undefined binds with mechanism NULL. */
  readonly keys: { readonly publickey: string; readonly secretkey: string } | undefined;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly log: Logger;
  /** Marks of each peer's queue, which holds what it has not read: 6000 messages and 64 MiB unless given. */
  readonly queue?: { readonly messages: number; readonly bytes: number };
}

/** The platform's side of the ZMQ bus: our own ROUTER, which knows the key of every message. */
export class ZmqListener implements BusListener {
  readonly #options: ZmqListenerOptions;
  readonly #links = new Map<RouterConnection, PeerLink>();
  readonly #socket: RouterSocket;
  #events: BusListenerEvents | undefined;
  #addresses: readonly string[] = [];

  constructor(options: ZmqListenerOptions) {
    this.#options = options;
    this.#socket = new RouterSocket(
      {
        connected: (connection) => {
          const link = linkTo(connection);
          this.#links.set(connection, link);
          this.#events?.peer(link);
        },
        message: (connection, frames) => {
          const link = this.#links.get(connection);
          return link === undefined ? undefined : this.#events?.message(link, frames);
        },
        disconnected: (connection, reason) => {
          const link = this.#links.get(connection);
          this.#links.delete(connection);
          if (link !== undefined) this.#events?.gone(link, reason);
        },
      },
      {
        authenticator: (request) => {
          const decision = options.authenticator.authenticate(asRequest(request));
          return decision.status === 200 ? { status: 200, userId: decision.user } : decision;
        },
        monitor: (event) => {
          this.#watch(event);
        },
        timers: options.clock,
        ...(options.queue === undefined
          ? {}
          : { sendMessages: options.queue.messages, sendBytes: options.queue.bytes }),
      },
    );
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  async open(events: BusListenerEvents): Promise<void> {
    this.#events = events;
    try {
      this.#addresses = await this.#bind();
    } catch (error) {
      // Nobody closes a listener that did not open: what was bound before would keep the thread alive.
      await this.#socket.close();
      throw error;
    }
  }

  async #bind(): Promise<readonly string[]> {
    const bound: string[] = [];
    for (const address of this.#options.addresses) {
      bound.push(
        await this.#socket.bind(bindable(address), {
          domain: address.domain ?? 'vip',
          mechanism: this.#mechanismOf(address),
        }),
      );
    }
    return bound;
  }

  drop(credential: string): number {
    // An expression of the auth file names no key, and so no session.
    return KEY.test(credential) ? this.#socket.dropKey(decodeKey(credential)) : 0;
  }

  /**
   * Ends every live session that the rules of now would not let in as the same user, whichever entry admitted it. Settles
   * when all have been looked at; `decide` is asked a few at a time, so that messages go on. Peers that wait in silence
   * then come in or are turned away, if the rules of now say so.
   */
  async recheck(decide: Authenticator['authenticate']): Promise<void> {
    const connections = new Map([...this.#links].map(([connection, link]) => [link, connection]));
    await recheckSessions([...this.#links.values()], decide, (link) => {
      // Of its key, those still shaking hands too.
      if (link.credential === undefined) connections.get(link)?.close();
      else this.drop(link.credential);
    });
    this.#socket.askAgain((request) => decide(asRequest(request)).status !== 300);
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }

  #mechanismOf(address: VipAddress): NullMechanism | CurveServer {
    const { keys } = this.#options;
    if (address.server === 'NULL' || keys === undefined) return { type: 'NULL' };
    const secretKey = decodeKey(address.secretkey ?? keys.secretkey);
    return { type: 'CURVE', secretKey, publicKey: publicKeyFromSecret(secretKey) };
  }

  #watch(event: MonitorEvent): void {
    const { log } = this.#options;
    if (event.type === 'handler-failed' || event.type === 'listen-failed') {
      log.error(event.error.message, { endpoint: event.endpoint, cause: String(event.error.cause) });
    } else if (event.type === 'handshake-failed' && event.reason !== 'refused') {
      log.debug('a handshake failed', { address: event.address, reason: event.reason, error: event.error?.message });
    }
  }
}

/** With `ipv6`, all interfaces are those of IPv6 too, as libzmq understands it. */
function bindable(address: VipAddress): string {
  return endpointOf(address).replace(/^tcp:\/\/\*:/, address.ipv6 === true ? 'tcp://[::]:' : '$&');
}

const KEY = /^[A-Za-z0-9_-]{43}$/;

function linkTo(connection: RouterConnection): PeerLink {
  const { publicKey } = connection;
  return {
    identity: decodeText(connection.identity),
    user: connection.userId,
    credential: publicKey === undefined ? undefined : encodeKey(publicKey),
    domain: connection.domain,
    address: connection.address,
    trusted: false,
    send: (frames) => connection.send(frames),
    close: () => {
      connection.close();
    },
  };
}

function asRequest({ mechanism, publicKey, identity, domain, address }: ZmtpRequest): AuthenticationRequest {
  return {
    mechanism,
    ...(publicKey === undefined ? {} : { credential: encodeKey(publicKey) }),
    identity: decodeText(identity),
    domain,
    address,
  };
}
