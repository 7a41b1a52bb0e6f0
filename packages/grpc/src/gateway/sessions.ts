import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RunningAgent, Vip } from '@volttron-ts/agent';
import type { BusConnection, Clock, Logger } from '@volttron-ts/vip-core';
import { CallError } from '../errors.ts';
import type { Peer } from '../peer.ts';

export interface SessionsOptions {
  /** The user of a caller's certificate; rejects with a CallError for one that is not let in (any more). */
  readonly admit: (peer: Peer) => Promise<string>;
  /** A place on the bus, without a privilege, as the user of that name. */
  readonly connect: (user: string) => BusConnection;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A caller at work: its part of the bus, and what ends when it is no longer let in. */
export interface Work {
  readonly vip: Vip;
  readonly signal: AbortSignal;
}

interface Session {
  readonly agent: RunningAgent;
  readonly peer: Peer;
  readonly ending: AbortController;
  working: number;
  cancelIdle: () => void;
}

/** So long a place on the bus is kept without a call, ms. */
const IDLE_MS = 60_000;

/** One peer of the bus for each user, however many channels and calls it has. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Takes a caller's place for the length of some work; checks anew that it is let in. */
  async enter(peer: Peer): Promise<Work & Disposable> {
    const user = await this.#options.admit(peer);
    const session = this.#sessions.get(user) ?? this.#open(user, peer);
    if (session.peer.fingerprint !== peer.fingerprint) {
      throw new CallError('PERMISSION_DENIED', `Another certificate is "${user}" now.`);
    }
    session.working++;
    session.cancelIdle();
    return {
      vip: session.agent.vip,
      signal: session.ending.signal,
      [Symbol.dispose]: () => {
        session.working--;
        if (session.working === 0) this.#waitIdle(user, session);
      },
    };
  }

  /** Looks whether a user is still let in, and ends what it has when it is not. */
  async check(user: string): Promise<void> {
    const session = this.#sessions.get(user);
    if (session === undefined) return;
    try {
      await this.#options.admit(session.peer);
    } catch {
      await this.#end(user, session);
    }
  }

  get users(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map(([user, session]) => this.#end(user, session)));
  }

  #open(user: string, peer: Peer): Session {
    const { connect, clock, log } = this.#options;
    const definition = defineAgent({ name: user, config: t.Object({}) });
    const agent = startAgent(definition, { bus: connect(user), clock, log });
    // Whoever waits for it is told by its own call.
    agent.done.catch(() => undefined);
    const session = { agent, peer, ending: new AbortController(), working: 0, cancelIdle: () => undefined };
    this.#sessions.set(user, session);
    return session;
  }

  #waitIdle(user: string, session: Session): void {
    session.cancelIdle = this.#options.clock.after(IDLE_MS, () => {
      void this.#end(user, session);
    });
  }

  async #end(user: string, session: Session): Promise<void> {
    if (this.#sessions.get(user) === session) this.#sessions.delete(user);
    session.cancelIdle();
    session.ending.abort();
    await session.agent.stop();
  }
}
