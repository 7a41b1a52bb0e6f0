import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { BackOff } from './back-off.ts';
import { encodeMetadata } from './codec/metadata.ts';
import { Connection } from './connection.ts';
import type { CloseReason } from './connection.ts';
import { parseEndpoint, socketPath } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointError, HandlerError, IdentityError, ProtocolError, RefusedError, SocketUseError } from './errors.ts';
import { keepAliveDelayMs } from './listener.ts';
import type { CurveClient, NullMechanism } from './mechanism-options.ts';
import { clientHandshakes } from './mechanism-options.ts';
import type { Handshake } from './mechanism/mechanism.ts';
import { guarded, safeMonitor } from './monitor.ts';
import type { Monitor } from './monitor.ts';
import { defaults, multipartProperty, retryProperty } from './options.ts';
import type { SendResult, SocketOptions } from './options.ts';

/** A packet that vanishes on its way to a peer that was off must not hold up the attempt that finds it back. */
const connectTimeoutMs = 5000;

/** The owner's side of a dealer socket. Nothing they throw goes further than the monitor. */
export interface DealerHandlers {
  connected?(): void;
  /**
   * One message. While a returned promise is pending, nothing more is read. Frames are views that stay valid while
   * referenced, but may keep a whole read chunk (64 KiB) alive: copy what is kept for long.
   */
  message(frames: Buffer[]): void | Promise<void>;
  /** After `connected`; it is tried again unless the reason is `closed`. */
  disconnected?(reason: CloseReason): void;
  /** The peer refused (300, 400, 500); it is tried again within 2 s until the owner closes. */
  refused?(error: RefusedError): void;
  /** An attempt ended before `connected` for another reason. */
  failed?(reason: CloseReason, error: Error | undefined): void;
}

export interface DealerOptions extends SocketOptions {
  readonly monitor?: Monitor;
  /** From 0 to 1, for the jitter of the back-off. */
  readonly random?: () => number;
}

export interface ConnectOptions {
  /** The routing id; empty or absent for an automatic one. */
  readonly identity?: Uint8Array | string;
  readonly mechanism: NullMechanism | CurveClient;
}

interface Target {
  readonly text: string;
  readonly endpoint: Endpoint;
  readonly identity: Buffer;
  readonly metadata: Buffer;
  readonly handshake: (metadata: Buffer) => Handshake;
}

/** A DEALER with one peer, which it reconnects to until closed. Nothing is queued while it is not connected. */
export class DealerSocket {
  private readonly handlers: DealerHandlers;
  private readonly settings: Required<SocketOptions>;
  private readonly monitor: Monitor;
  private readonly backOff: BackOff;
  private target: Target | undefined;
  private connecting: Socket | undefined;
  private connection: Connection | undefined;
  private cancelRetry: (() => void) | undefined;
  private closed = false;
  private onEnded: (() => void) | undefined;
  private ended: Promise<void> | undefined;

  constructor(handlers: DealerHandlers, options: DealerOptions = {}) {
    this.handlers = handlers;
    this.settings = { ...defaults, ...options };
    this.monitor = safeMonitor(options.monitor);
    this.backOff = new BackOff(options.random ?? Math.random);
  }

  /** Once per socket. Throws EndpointError, KeyError or IdentityError; what happens later goes to the handlers. */
  connect(endpoint: string, options: ConnectOptions): void {
    if (this.target || this.closed) throw new SocketUseError('A dealer socket connects once.');
    const identity = Buffer.from(options.identity ?? '');
    if (identity.length > 255 || identity[0] === 0) throw new IdentityError(identity);
    const metadata = encodeMetadata([
      ['Socket-Type', 'DEALER'],
      ['Identity', identity],
      [retryProperty, '1'],
      [multipartProperty, '1'],
    ]);
    const handshake = clientHandshakes(options.mechanism);
    this.target = { text: endpoint, endpoint: peerEndpoint(endpoint), identity, metadata, handshake };
    this.attempt(this.target);
  }

  get connected(): boolean {
    return this.connection?.isReady ?? false;
  }

  /**
   * Queues a message; written together with what else is sent in this turn. The array and its frames are not copied
   * before that: leave them unchanged.
   */
  send(frames: readonly Uint8Array[]): SendResult {
    return this.connection?.send(frames) ?? 'closed';
  }

  /** Settles when the send queue is at half its marks or below, or the socket is not connected. */
  writable(): Promise<void> {
    return this.connection?.outbox.writable() ?? Promise.resolve();
  }

  /** Ends the connection, after sending what is queued for at most `linger` ms (1000), and all attempts. */
  close(options: { linger?: number } = {}): Promise<void> {
    this.closed = true;
    this.cancelRetry?.();
    this.connecting?.destroy();
    this.ended ??= new Promise((resolve) => {
      this.onEnded = resolve;
      if (!this.connection) resolve();
    });
    this.connection?.close(options.linger ?? 1000);
    return this.ended;
  }

  private attempt(target: Target): void {
    this.cancelRetry = undefined;
    const socket = open(target.endpoint);
    this.connecting = socket;
    const cancel = this.settings.timers.after(Math.min(connectTimeoutMs, this.settings.handshakeTimeoutMs), () => {
      socket.destroy(new Error('no connection in time'));
    });
    let error: Error | undefined;
    socket.once('error', (cause) => {
      error = cause;
    });
    const failed = (): void => {
      cancel();
      this.connecting = undefined;
      this.afterAttempt(target, 'lost', error);
    };
    socket.once('close', failed);
    socket.once('connect', () => {
      cancel();
      socket.off('close', failed);
      this.connecting = undefined;
      this.connection = this.link(socket, target);
    });
  }

  private link(socket: Socket, target: Target): Connection {
    return new Connection(socket, target.text, target.handshake(target.metadata), this.settings, {
      authenticate: () => {
        throw new ProtocolError('a dealer accepts nobody');
      },
      ready: () => {
        this.backOff.reset();
        this.monitor({ type: 'connected', ...this.where(), identity: target.identity });
        this.guard('connected', () => this.handlers.connected?.());
      },
      message: (frames) => this.handlers.message(frames),
      handlerFailed: (cause) => {
        this.handlerFailed('message', cause);
      },
      ended: (reason, error, wasReady) => {
        this.connection = undefined;
        if (wasReady) this.lost(target, reason, error);
        else this.afterAttempt(target, reason, error);
        this.onEnded?.();
      },
    });
  }

  private lost(target: Target, reason: CloseReason, error: Error | undefined): void {
    this.monitor({ type: 'disconnected', ...this.where(), identity: target.identity, reason, error });
    this.guard('disconnected', () => this.handlers.disconnected?.(reason));
    this.retry(target, () => this.backOff.next());
  }

  private afterAttempt(target: Target, reason: CloseReason, error: Error | undefined): void {
    if (!this.closed) {
      this.monitor({ type: 'handshake-failed', ...this.where(), reason, error });
      this.guard('failed', () => {
        if (error instanceof RefusedError) this.handlers.refused?.(error);
        else this.handlers.failed?.(reason, error);
      });
    }
    this.retry(target, () => (reason === 'refused' ? this.backOff.refused() : this.backOff.next()));
  }

  private retry(target: Target, delay: () => number): void {
    if (this.closed) return;
    const delayMs = delay();
    this.monitor({ type: 'retried', endpoint: target.text, attempt: this.backOff.attempt, delayMs });
    this.cancelRetry = this.settings.timers.after(delayMs, () => {
      this.attempt(target);
    });
  }

  private where(): { endpoint: string; address: string } {
    const { endpoint, text } = this.target ?? { text: '' };
    return { endpoint: text, address: endpoint?.transport === 'tcp' ? endpoint.host : 'localhost' };
  }

  private guard(handler: string, call: () => void): void {
    guarded(call, (cause) => {
      this.handlerFailed(handler, cause);
    });
  }

  private handlerFailed(handler: string, cause: unknown): void {
    const endpoint = this.target?.text ?? '';
    this.monitor({ type: 'handler-failed', endpoint, error: new HandlerError(handler, cause) });
  }
}

function peerEndpoint(text: string): Endpoint {
  const endpoint = parseEndpoint(text);
  if (endpoint.transport === 'tcp' && (endpoint.port === 0 || endpoint.host === '*')) {
    throw new EndpointError(text, 'it names no peer to connect to');
  }
  return endpoint;
}

function open(endpoint: Endpoint): Socket {
  if (endpoint.transport === 'ipc') return connect({ path: socketPath(endpoint) });
  const { host, port } = endpoint;
  return connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveDelayMs });
}
