import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

import { Admission } from './admission.ts';
import type { AdmissionHost, RouterHandlers } from './admission.ts';
import type { AuthenticationRequest, Authenticator } from './authenticator.ts';
import { SocketUseError } from './errors.ts';
import { listen } from './listener.ts';
import type { Listener } from './listener.ts';
import type { CurveServer, NullMechanism } from './mechanism-options.ts';
import { serverHandshakes } from './mechanism-options.ts';
import type { Handshake } from './mechanism/mechanism.ts';
import { safeMonitor } from './monitor.ts';
import type { Monitor } from './monitor.ts';
import { defaults } from './options.ts';
import type { SocketOptions } from './options.ts';

export interface RouterOptions extends SocketOptions {
  /** Asked before READY; without one, every peer that completes the handshake is admitted with an empty user id. */
  readonly authenticator?: Authenticator;
  readonly monitor?: Monitor;
  /** At this many connections the oldest that is not yet admitted gives way, else the newcomer (16,384). */
  readonly maxConnections?: number;
  /** How long the holder of an identity may take to answer when a second connection of its key claims it (1 s). */
  readonly probeTimeoutMs?: number;
  /** For automatic identities. */
  readonly random?: (length: number) => Buffer;
}

export interface BindOptions {
  readonly domain: string;
  readonly mechanism: NullMechanism | CurveServer;
}

/** A ROUTER: many peers, each known by its routing id, key and user. */
export class RouterSocket {
  private readonly host: AdmissionHost;
  private readonly maxConnections: number;
  private readonly listeners = new Map<string, Listener>();
  private readonly all = new Set<Admission>();
  /** In order of arrival. */
  private readonly unadmitted = new Set<Admission>();
  private closing = false;
  private allEnded: (() => void) | undefined;
  private ended: Promise<void> | undefined;

  constructor(handlers: RouterHandlers, options: RouterOptions = {}) {
    this.maxConnections = options.maxConnections ?? 16_384;
    this.host = {
      settings: { ...defaults, ...options },
      handlers,
      authenticator: options.authenticator ?? (() => ({ status: 200, userId: '' })),
      monitor: safeMonitor(options.monitor),
      probeTimeoutMs: options.probeTimeoutMs ?? 1000,
      random: options.random ?? randomBytes,
      admitted: new Map(),
      admittedNow: (admission) => {
        this.unadmitted.delete(admission);
      },
      ended: (admission) => {
        this.all.delete(admission);
        this.unadmitted.delete(admission);
        if (this.all.size === 0) this.allEnded?.();
      },
    };
  }

  /** Answers the endpoint with its port resolved; throws EndpointError, KeyError or BindError. */
  async bind(endpoint: string, options: BindOptions): Promise<string> {
    if (this.closing) throw new SocketUseError('A closed router socket cannot listen.');
    const handshake = serverHandshakes(options.mechanism);
    const listener = await listen(endpoint, {
      accepted: (socket, at) => {
        this.accept(socket, { endpoint: at, domain: options.domain, handshake: handshake() });
      },
      failed: (at, error) => {
        this.host.monitor({ type: 'listen-failed', endpoint: at, error });
      },
    });
    if (this.isClosing()) {
      listener.close();
      throw new SocketUseError('The router socket was closed meanwhile.');
    }
    this.listeners.set(listener.endpoint, listener);
    this.host.monitor({ type: 'listening', endpoint: listener.endpoint });
    return listener.endpoint;
  }

  /** Stops listening on what `bind` answered; connections stay. */
  unbind(endpoint: string): void {
    this.listeners.get(endpoint)?.close();
    this.listeners.delete(endpoint);
  }

  /** Ends all connections of a key at once, those in their handshake too; answers how many there were. */
  dropKey(publicKey: Uint8Array): number {
    const found = [...this.all].filter((admission) => admission.publicKey?.equals(publicKey));
    for (const admission of found) admission.connection.destroy('dropped');
    return found.length;
  }

  /**
   * Asks the authenticator again about peers that wait in silence for a decision (status 300), as far as wanted: one that
   * is let in now need not connect anew.
   */
  askAgain(wanted: (request: AuthenticationRequest) => boolean): void {
    for (const admission of [...this.unadmitted]) admission.askAgain(wanted);
  }

  /** Stops listening and ends all connections, after sending what is queued for at most `linger` ms (1000). */
  close(options: { linger?: number } = {}): Promise<void> {
    this.closing = true;
    for (const endpoint of [...this.listeners.keys()]) this.unbind(endpoint);
    this.ended ??= new Promise((resolve) => {
      this.allEnded = resolve;
      if (this.all.size === 0) resolve();
    });
    for (const admission of [...this.all]) admission.connection.close(options.linger ?? 1000);
    return this.ended;
  }

  private isClosing(): boolean {
    return this.closing;
  }

  private accept(socket: Socket, at: { endpoint: string; domain: string; handshake: Handshake }): void {
    const address = at.endpoint.startsWith('ipc:') ? 'localhost' : socket.remoteAddress?.replace(/^::ffff:/, '');
    if (address === undefined || this.closing || !this.makeRoom()) {
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    this.host.monitor({ type: 'accepted', endpoint: at.endpoint, address });
    const admission = new Admission(this.host, socket, { ...at, address });
    this.all.add(admission);
    this.unadmitted.add(admission);
  }

  private makeRoom(): boolean {
    if (this.all.size < this.maxConnections) return true;
    const [oldest] = this.unadmitted;
    oldest?.connection.destroy('evicted');
    return this.all.size < this.maxConnections;
  }
}
