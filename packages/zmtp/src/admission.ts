import type { Socket } from 'node:net';

import type { AuthenticationDecision, AuthenticationRequest, Authenticator } from './authenticator.ts';
import { encodeMetadata } from './codec/metadata.ts';
import type { Metadata } from './codec/metadata.ts';
import { Connection } from './connection.ts';
import type { CloseReason, ConnectionEvents } from './connection.ts';
import { HandlerError, ProtocolError } from './errors.ts';
import type { Handshake } from './mechanism/mechanism.ts';
import type { Monitor } from './monitor.ts';
import { guarded } from './monitor.ts';
import type { Settings } from './options.ts';
import { multipartProperty, retryProperty } from './options.ts';
import { RouterConnection } from './router-connection.ts';

/** The owner's side of a router socket. Nothing they throw goes further than the monitor. */
export interface RouterHandlers {
  connected?(connection: RouterConnection): void;
  /**
   * One message. While a returned promise is pending, nothing more is read from that connection. Frames are views that
   * stay valid while referenced, but may keep a whole read chunk (64 KiB) alive: copy what is kept for long.
   */
  message(connection: RouterConnection, frames: Buffer[]): void | Promise<void>;
  disconnected?(connection: RouterConnection, reason: CloseReason): void;
}

/** What the router socket gives to each accepted peer. */
export interface AdmissionHost {
  readonly settings: Settings;
  readonly handlers: RouterHandlers;
  readonly authenticator: Authenticator;
  readonly monitor: Monitor;
  readonly probeTimeoutMs: number;
  readonly random: (length: number) => Buffer;
  /** Admitted peers by routing id, as Latin-1 text. */
  readonly admitted: Map<string, Admission>;
  ended(admission: Admission): void;
  admittedNow(admission: Admission): void;
}

const taken = 'its identity is in use';
/** Of the temporary refusals of ZAP; told to our own dealers only. */
const identityInUse = 301;
const socketTypes = new Set(['DEALER', 'ROUTER', 'REQ']);

/** An accepted socket on its way to become a RouterConnection, and what stands behind one. */
export class Admission implements ConnectionEvents {
  readonly connection: Connection;
  publicKey: Buffer | undefined;
  private readonly host: AdmissionHost;
  private readonly domain: string;
  private readonly address: string;
  private peer: RouterConnection | undefined;
  /** Of a peer that is kept quiet. */
  private postponed: AuthenticationRequest | undefined;

  constructor(
    host: AdmissionHost,
    socket: Socket,
    at: { endpoint: string; domain: string; address: string; handshake: Handshake },
  ) {
    this.host = host;
    this.domain = at.domain;
    this.address = at.address;
    this.connection = new Connection(socket, at.endpoint, at.handshake, host.settings, this);
  }

  authenticate(publicKey: Buffer | undefined, metadata: Metadata): void {
    this.publicKey = publicKey;
    const identity = Buffer.from(metadata.get('identity') ?? []);
    const type = metadata.get('socket-type')?.toString('latin1') ?? '';
    if (!socketTypes.has(type)) throw new ProtocolError('its socket type does not fit a ROUTER', type);
    if (identity.length > 255 || identity[0] === 0) throw new ProtocolError('its identity is not allowed');
    const mechanism = publicKey ? 'CURVE' : 'NULL';
    const { domain, address } = this;
    const request: AuthenticationRequest = { mechanism, publicKey, identity, domain, address, metadata };
    void this.decide(request);
  }

  private async decide(request: AuthenticationRequest): Promise<void> {
    try {
      const answer = this.host.authenticator(request);
      this.obey(request, answer instanceof Promise ? await answer : answer);
    } catch (error) {
      this.handlerFailed(error, 'authenticator');
      this.obey(request, { status: 500, text: 'the authenticator failed' });
    }
  }

  private obey(request: AuthenticationRequest, decision: AuthenticationDecision): void {
    if (decision.status === 200) this.claim(request, decision);
    else if (decision.status === 300) this.postpone(request, decision.text);
    else this.connection.refuse(decision.status, decision.text);
  }

  /** A libzmq peer comes back at once when it is told anything, so it is told nothing. */
  private postpone(request: AuthenticationRequest, why: string, status = 300): void {
    const retries = request.metadata.get(retryProperty.toLowerCase())?.toString('latin1') === '1';
    if (retries) {
      this.connection.refuse(status, why);
      return;
    }
    this.postponed = request;
    this.connection.keepQuiet(why);
  }

  /** Decides anew about a peer that is kept quiet, if that is wanted: its handshake goes on where it stopped. */
  askAgain(wanted: (request: AuthenticationRequest) => boolean): void {
    const { postponed } = this;
    if (postponed !== undefined && wanted(postponed) && this.connection.decideAgain()) void this.decide(postponed);
  }

  private claim(request: AuthenticationRequest, yes: AuthenticationDecision & { status: 200 }): void {
    if (request.identity.length === 0) {
      this.admit(request, yes, this.freeIdentity());
      return;
    }
    const holder = this.host.admitted.get(request.identity.toString('latin1'));
    if (!holder) {
      this.admit(request, yes, request.identity);
    } else if (!holder.mayYieldTo(request.publicKey)) {
      this.postpone(request, taken, identityInUse);
    } else {
      holder.yieldOrStay((stays) => {
        if (stays) this.postpone(request, taken, identityInUse);
        else this.claimAgain(request, yes);
      });
    }
  }

  /** Called from a timer or the end of another connection, where nothing may be thrown. */
  private claimAgain(request: AuthenticationRequest, yes: AuthenticationDecision & { status: 200 }): void {
    try {
      this.claim(request, yes);
    } catch (error) {
      this.handlerFailed(error, 'admission');
      this.connection.refuse(500, 'the admission failed');
    }
  }

  /** Only to the same key, and only if the peer can be asked. */
  private mayYieldTo(publicKey: Buffer | undefined): boolean {
    if (!publicKey || !this.publicKey?.equals(publicKey)) return false;
    return !this.connection.isReady || (this.connection.canProbe && !this.connection.heartbeat.checking);
  }

  private yieldOrStay(done: (stays: boolean) => void): void {
    const leave = (): void => {
      this.connection.destroy('replaced');
      done(false);
    };
    if (!this.connection.isReady) {
      leave();
      return;
    }
    this.connection.heartbeat.check(this.host.probeTimeoutMs, (alive) => {
      if (alive) done(true);
      else leave();
    });
  }

  private freeIdentity(): Buffer {
    for (;;) {
      const identity = Buffer.concat([Buffer.of(0), this.host.random(4)]);
      if (!this.host.admitted.has(identity.toString('latin1'))) return identity;
    }
  }

  private admit(request: AuthenticationRequest, yes: AuthenticationDecision & { status: 200 }, identity: Buffer): void {
    if (!this.connection.isDeciding) return;
    const { userId, metadata = {} } = yes;
    const peer = new RouterConnection(this.connection, request, { identity, userId, metadata });
    this.peer = peer;
    this.host.admitted.set(identity.toString('latin1'), this);
    this.host.admittedNow(this);
    const own = encodeMetadata([
      ['Socket-Type', 'ROUTER'],
      ['Identity', ''],
      [multipartProperty, '1'],
    ]);
    const { endpoint } = this.connection;
    this.host.monitor({ type: 'connected', endpoint, address: this.address, identity });
    this.connection.accept(own, request.metadata);
    this.guard('connected', () => this.host.handlers.connected?.(peer));
  }

  ready(): void {
    throw new ProtocolError('a router connects to nobody');
  }

  message(frames: Buffer[]): void | Promise<void> {
    if (this.peer) return this.host.handlers.message(this.peer, frames);
  }

  handlerFailed(cause: unknown, handler = 'message'): void {
    const { endpoint } = this.connection;
    this.host.monitor({ type: 'handler-failed', endpoint, error: new HandlerError(handler, cause) });
  }

  ended(reason: CloseReason, error: Error | undefined): void {
    const { host, address, peer } = this;
    const { endpoint } = this.connection;
    host.ended(this);
    if (!peer) {
      host.monitor({ type: 'handshake-failed', endpoint, address, reason, error });
      return;
    }
    const name = peer.identity.toString('latin1');
    if (host.admitted.get(name) === this) host.admitted.delete(name);
    host.monitor({ type: 'disconnected', endpoint, address, identity: peer.identity, reason, error });
    this.guard('disconnected', () => host.handlers.disconnected?.(peer, reason));
  }

  private guard(handler: string, call: () => void): void {
    guarded(call, (cause) => {
      this.handlerFailed(cause, handler);
    });
  }
}
