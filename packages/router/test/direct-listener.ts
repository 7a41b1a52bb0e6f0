import type { BusListener, BusListenerEvents } from '@volttron-ts/vip-core';

/** A listener without a transport: the test says what peers send. */
export class DirectListener implements BusListener {
  readonly addresses = [];
  events: BusListenerEvents | undefined;
  open(events: BusListenerEvents): Promise<void> {
    this.events = events;
    return Promise.resolve();
  }
  drop = (): number => 0;
  close = (): Promise<void> => Promise.resolve();
}
