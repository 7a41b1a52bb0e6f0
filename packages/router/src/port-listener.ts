import type { MessagePort } from 'node:worker_threads';
import type { BusListener, BusListenerEvents, PeerLink } from '@volttron-ts/vip-core';
import { PortChannel } from './port-channel.ts';

/** The router's side of the in-process port: peers of the platform's own process, which nobody has to authenticate. */
export class PortListener implements BusListener {
  readonly addresses: readonly string[] = [];
  readonly #links = new Map<PeerLink, PortChannel>();
  readonly #early: (() => void)[] = [];
  #events: BusListenerEvents | undefined;

  open(events: BusListenerEvents): Promise<void> {
    this.#events = events;
    for (const accept of this.#early.splice(0)) accept();
    return Promise.resolve();
  }

  /** Takes a port as the peer of that name; `trusted` for the platform's own services. */
  accept(port: MessagePort, identity: string, trusted = true): void {
    const events = this.#events;
    if (events === undefined) {
      this.#early.push(() => {
        this.accept(port, identity, trusted);
      });
      return;
    }
    const link: PeerLink = {
      identity,
      user: identity,
      credential: undefined,
      domain: 'in-process',
      address: 'in-process',
      trusted,
      send: (frames) => channel.send(frames),
      close: (reason) => {
        channel.close();
        this.#gone(link, reason);
      },
    };
    const channel: PortChannel = new PortChannel(
      port,
      (frames) => events.message(link, frames),
      () => {
        this.#gone(link, 'port closed');
      },
    );
    this.#links.set(link, channel);
    events.peer(link);
  }

  drop(): number {
    return 0;
  }

  close(): Promise<void> {
    for (const link of [...this.#links.keys()]) link.close('router is closing');
    return Promise.resolve();
  }

  #gone(link: PeerLink, reason: string): void {
    if (this.#links.delete(link)) this.#events?.gone(link, reason);
  }
}
