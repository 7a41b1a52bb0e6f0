import type { Clock, Logger, RemoteConnection, RemotePlatformState } from '@volttron-ts/vip-core';
import { connectVip } from './connect-vip.ts';
import type { VipLimits, VipSession } from './connect-vip.ts';
import type { Journal } from './journal/journal.ts';
import type { JournalRun } from './journal/journal-wire.ts';
import type { AskOptions, PeerList } from './peers.ts';
import type { PubSub } from './pubsub/pubsub.ts';
import type { Rpc } from './rpc/rpc.ts';

/**
 * Another platform, on whose bus this agent is a peer. Everything waits while it is pending or away, and rejects with
 * the reason when its operator denies the key.
 */
export interface RemotePlatform {
  readonly address: string;
  /** What this agent is called there: `<instance>.<identity>`. */
  readonly identity: string;
  readonly state: RemotePlatformState;
  /** Hears the present state at once and every later one; the function it answers stops that. */
  onState(listener: (state: RemotePlatformState) => void): () => void;
  /** Settles when the platform has welcomed this agent; rejects with DeniedError or ClosedError. */
  readonly ready: Promise<void>;
  readonly pubsub: PubSub;
  readonly rpc: Rpc;
  readonly journal: Journal;
  readonly peerlist: PeerList;
  /** A property of that platform, such as `instance-name`. */
  query(property: string, options?: AskOptions): Promise<unknown>;
  /** The same as `journal.append`. */
  append(run: JournalRun, options?: { readonly signal?: AbortSignal }): Promise<number>;
  close(): Promise<void>;
}

export interface RemotePlatformContext {
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly epoch: () => string;
  readonly limits: VipLimits;
}

export class ConnectedPlatform implements RemotePlatform {
  readonly address: string;
  readonly #connection: RemoteConnection;
  readonly #vip: VipSession;

  /** Opens the connection. */
  constructor(connection: RemoteConnection, context: RemotePlatformContext) {
    this.#connection = connection;
    this.address = connection.remoteState.address;
    this.#vip = connectVip({ ...context, bus: connection });
    this.onState((state) => {
      logState(context.log, state);
    });
    this.#vip.session.open();
  }

  get identity(): string {
    return this.#connection.identity;
  }

  get state(): RemotePlatformState {
    const { remoteState } = this.#connection;
    // The transport stands before the platform has welcomed the agent.
    const greeted = this.#vip.session.phase === 'established';
    return remoteState.phase === 'connected' && !greeted ? { ...remoteState, phase: 'connecting' } : remoteState;
  }

  onState(listener: (state: RemotePlatformState) => void): () => void {
    let last: RemotePlatformState | undefined;
    const tell = (): void => {
      const { state } = this;
      if (last?.phase === state.phase && last.reason?.message === state.reason?.message) return;
      last = state;
      listener(state);
    };
    const stopRemote = this.#connection.onRemoteState(tell);
    const stopSession = this.#vip.session.onPhase(tell);
    return () => {
      stopRemote();
      stopSession();
    };
  }

  /** Calls back when this connection has ended for good. */
  onClosed(listener: () => void): void {
    this.#vip.session.onPhase((phase) => {
      if (phase === 'closed') listener();
    });
  }

  get ready(): Promise<void> {
    const ready = this.#vip.session.established();
    // Whoever does not ask is not to be stopped by a denial.
    ready.catch(() => undefined);
    return ready;
  }

  get pubsub(): PubSub {
    return this.#vip.pubsub;
  }

  get rpc(): Rpc {
    return this.#vip.rpc;
  }

  get journal(): Journal {
    return this.#vip.journal;
  }

  get peerlist(): PeerList {
    return this.#vip.peers;
  }

  query(property: string, options?: AskOptions): Promise<unknown> {
    return this.#vip.peers.query(property, options);
  }

  append(run: JournalRun, options?: { readonly signal?: AbortSignal }): Promise<number> {
    return this.#vip.journal.append(run, options);
  }

  close(): Promise<void> {
    return this.#vip.session.leave();
  }
}

function logState(log: Logger, { phase, address, reason }: RemotePlatformState): void {
  const fields = { address, phase, ...(reason === undefined ? {} : { reason: reason.line }) };
  if (phase === 'denied') log.error('the other platform denies this key', fields);
  else if (phase === 'connected') log.info('connected to the other platform', fields);
  else if (phase === 'pending') log.warn('the other platform does not yet let this key in', fields);
  else if (phase === 'failed' || phase === 'lost') log.warn('the other platform is away', fields);
}
