import { formatTimestamp, services } from '@volttron-ts/vip-core';
import type { Clock } from '@volttron-ts/vip-core';

/** What `get_platform_health` says of a peer (reference/vip-zmq.md §2.15); times are local ones without a zone. */
export interface PeerHealth {
  readonly peer: string;
  /** Whether it is a service of the platform itself. */
  readonly service_agent: boolean;
  readonly connected: string;
  readonly last_heartbeat?: string;
  /** What its last heartbeat said, such as `GOOD`. */
  readonly message?: unknown;
}

/** Longer messages of heartbeats are kept as the beginning of their text. */
const MAX_MESSAGE = 256;

const serviceAgents = new Set<string>(
  Object.values(services).filter((identity) => identity !== services.controlConnection),
);

/**
 * Who is connected since when, and what it last said of itself. Only peers that are connected have a place here: a
 * heartbeat that comes after its sender has left makes none.
 */
export class PlatformHealth {
  readonly #clock: Clock;
  readonly #peers = new Map<string, PeerHealth>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(peer: string): void {
    this.#peers.set(peer, { peer, service_agent: serviceAgents.has(peer), connected: this.#now() });
  }

  drop(peer: string): void {
    this.#peers.delete(peer);
  }

  beat(peer: string, message: unknown): void {
    const known = this.#peers.get(peer);
    if (known === undefined) return;
    this.#peers.set(peer, { ...known, last_heartbeat: this.#now(), message: shortened(message) });
  }

  /** By identity, without operators at work, who come and go. */
  all(): Record<string, PeerHealth> {
    return Object.fromEntries([...this.#peers].filter(([peer]) => !isOperator(peer)));
  }

  /** Local time without a zone, as the original writes it. */
  #now(): string {
    const now = this.#clock.now();
    const local = now - new Date(now).getTimezoneOffset() * 60_000;
    return formatTimestamp(local * 1000).replace('+00:00', '');
  }
}

/** vctl connects as `control.connection`, or below it when another one is at work. */
const isOperator = (peer: string): boolean =>
  peer === services.controlConnection || peer.startsWith(`${services.controlConnection}.`);

function shortened(message: unknown): unknown {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return text.length <= MAX_MESSAGE ? message : text.slice(0, MAX_MESSAGE);
}
