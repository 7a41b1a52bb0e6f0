import { randomUUID } from 'node:crypto';
import type { BusListener, BusListenerEvents, PeerLink } from '@volttron-ts/vip-core';

/** What the router sent to a peer. */
export interface Sent {
  readonly peer: string;
  readonly frames: readonly Uint8Array[];
}

/** A listener without a transport: the test says what peers send and sees what they get, in order. */
export class FakeListener implements BusListener {
  readonly addresses: readonly string[] = [];
  readonly #links = new Map<string, PeerLink>();
  readonly #waiting = new Set<() => void>();
  readonly closed: string[] = [];
  sent: Sent[] = [];
  #events: BusListenerEvents | undefined;

  open(events: BusListenerEvents): Promise<void> {
    this.#events = events;
    return Promise.resolve();
  }

  /**
   * Connects a peer under its own key, or a service of the platform's own; a second link of the same identity is tried
   * beside the first.
   */
  connect(identity: string, trusted = false): void {
    const link: PeerLink = {
      identity,
      user: identity,
      credential: randomUUID(),
      domain: 'vip',
      address: '127.0.0.1',
      trusted,
      send: (frames) => {
        this.sent.push({ peer: identity, frames: [...frames] });
        for (const check of this.#waiting) check();
        return 'sent';
      },
      close: (reason) => {
        this.closed.push(`${identity}: ${reason}`);
      },
    };
    if (!this.#links.has(identity)) this.#links.set(identity, link);
    this.#events?.peer(link);
  }

  receive(identity: string, frames: readonly Uint8Array[]): void {
    const link = this.#links.get(identity);
    if (link === undefined) throw new Error(`no peer ${identity} is connected`);
    void this.#events?.message(link, [...frames]);
  }

  /** Settles with the first message sent, or still to be sent, that the test wants. */
  async until(wanted: (sent: Sent) => boolean): Promise<Sent> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.sent.find(wanted);
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  drop(): number {
    return 0;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
