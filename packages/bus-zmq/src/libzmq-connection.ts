import { Dealer } from 'zeromq';
import { decodeKey, decodeMessage, DeniedError, encodeMessage, endpointOf } from '@volttron-ts/vip-core';
import type { BusConnection, BusConnectionEvents, BusState, OutgoingMessage, SendResult } from '@volttron-ts/vip-core';
import type { VipError } from '@volttron-ts/vip-core';
import { encodeZ85 } from '@volttron-ts/zmtp';
import { HandshakeFailedError } from './errors.ts';
import type { ZmqConnectionOptions } from './zmq-connection.ts';

/** Messages that may wait for libzmq to take them. */
const MARK = 1000;

const z85 = (key: string): string => encodeZ85(decodeKey(key));

/**
 * An agent's connection by libzmq, the second engine: the same contract as ZmqConnection. libzmq takes one message at a
 * time, does not say which messages left, and after a denial never tries again on the same socket, so a denied one is
 * replaced here.
 */
export class LibzmqConnection implements BusConnection {
  readonly identity: string;
  readonly #options: ZmqConnectionOptions;
  readonly #outgoing: Uint8Array[][] = [];
  readonly #waiting: (() => void)[] = [];
  #socket: Dealer | undefined;
  #events: BusConnectionEvents | undefined;
  #state: BusState = 'connecting';
  /** The sending under way: libzmq takes one message at a time. */
  #sending: Promise<void> | undefined;
  #cancelRetry: () => void = () => undefined;

  constructor(options: ZmqConnectionOptions) {
    this.identity = options.identity;
    this.#options = options;
  }

  get state(): BusState {
    return this.#state;
  }

  open(events: BusConnectionEvents): void {
    this.#events = events;
    this.#dial();
  }

  #dial(): void {
    const { identity, address, keys } = this.#options;
    const socket = new Dealer({
      routingId: identity,
      immediate: true,
      linger: 1000,
      sendHighWaterMark: 6000,
      receiveHighWaterMark: 6000,
      reconnectInterval: 100,
      reconnectMaxInterval: 2000,
      heartbeatInterval: 10_000,
      heartbeatTimeout: 30_000,
      ...(keys === undefined
        ? {}
        : {
            curveServerKey: z85(keys.serverkey),
            curvePublicKey: z85(keys.publickey),
            curveSecretKey: z85(keys.secretkey),
          }),
    });
    this.#socket = socket;
    this.#watch(socket);
    socket.connect(endpointOf(address));
    void this.#receive(socket);
  }

  #watch(socket: Dealer): void {
    const { address, keys, clock } = this.#options;
    const endpoint = endpointOf(address);
    let unexplained = 0;
    const failed = (why: string): void => {
      // One may be a platform that went down just then; a second in a row is about the keys.
      if (++unexplained > 1) this.#become('connecting', new HandshakeFailedError(endpoint, keys?.serverkey ?? '', why));
    };
    socket.events.on('handshake', () => {
      unexplained = 0;
      this.#become('connected');
      this.#pump(socket);
    });
    socket.events.on('disconnect', () => {
      if (this.#state === 'connected') this.#become('lost');
    });
    socket.events.on('handshake:error:auth', () => {
      this.#become('refused', new DeniedError(endpoint, keys?.publickey ?? 'NULL'));
      this.#cancelRetry = clock.after(2000, () => {
        socket.close();
        this.#dial();
      });
    });
    socket.events.on('handshake:error:protocol', () => {
      failed('protocol error');
    });
    socket.events.on('handshake:error:other', () => {
      failed('the platform closed it');
    });
  }

  async #receive(socket: Dealer): Promise<void> {
    try {
      for await (const frames of socket) await this.#events?.message(decodeMessage(frames));
    } catch {
      // A closed socket ends its receive this way; a foreign message is dropped with the connection's turn.
      if (this.#socket === socket && this.#state !== 'closed' && !socket.closed) void this.#receive(socket);
    }
  }

  send(message: OutgoingMessage): SendResult {
    if (this.#state !== 'connected' || this.#socket === undefined) return 'closed';
    if (this.#outgoing.length >= MARK) return 'full';
    this.#outgoing.push(encodeMessage(message));
    this.#pump(this.#socket);
    return 'sent';
  }

  #pump(socket: Dealer): void {
    if (this.#sending !== undefined || this.#outgoing.length === 0) return;
    this.#sending = this.#sendAll(socket).finally(() => {
      this.#sending = undefined;
      this.#wake();
    });
  }

  async #sendAll(socket: Dealer): Promise<void> {
    for (let next = this.#outgoing[0]; next !== undefined; next = this.#outgoing[0]) {
      try {
        await socket.send(next);
      } catch {
        // Not connected: what waited is gone, as with every unacknowledged message of a lost connection.
        this.#outgoing.length = 0;
        return;
      }
      this.#outgoing.shift();
      if (this.#outgoing.length < MARK / 2) this.#wake();
    }
  }

  async drained(): Promise<void> {
    if (this.#state !== 'connected' || this.#outgoing.length < MARK) return;
    await this.#woken();
  }

  #woken(): Promise<void> {
    return new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async close(): Promise<void> {
    this.#cancelRetry();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) {
      this.#pump(socket);
      while (this.#state === 'connected' && this.#sending !== undefined) await this.#woken();
      socket.close();
    }
    this.#become('closed');
    this.#wake();
  }

  #become(state: BusState, reason?: VipError): void {
    if (this.#state === state && reason === undefined) return;
    if (this.#state === 'closed') return;
    this.#state = state;
    if (state !== 'connected') this.#wake();
    this.#events?.state(state, reason);
  }
}
