import type {
  BusConnection,
  BusConnectionEvents,
  BusState,
  OutgoingMessage,
  SendResult,
  VipError,
} from '@volttron-ts/vip-core';

/** A connection as it is, but for somebody who hears of each state before its user does. */
export abstract class ObservedBus implements BusConnection {
  readonly #bus: BusConnection;

  constructor(bus: BusConnection) {
    this.#bus = bus;
  }

  /** Answers whether the user is to hear of it too. */
  protected abstract hears(state: BusState, reason: VipError | undefined): boolean;

  get identity(): string {
    return this.#bus.identity;
  }

  get state(): BusState {
    return this.#bus.state;
  }

  open(events: BusConnectionEvents): void {
    this.#bus.open({
      message: (message) => events.message(message),
      state: (state, reason) => {
        if (this.hears(state, reason)) events.state(state, reason);
      },
    });
  }

  send(message: OutgoingMessage): SendResult {
    return this.#bus.send(message);
  }

  async drained(): Promise<void> {
    await this.#bus.drained();
  }

  async close(): Promise<void> {
    await this.#bus.close();
  }
}
