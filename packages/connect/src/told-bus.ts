import type {
  BusConnection,
  BusConnectionEvents,
  BusState,
  Logger,
  OutgoingMessage,
  SendResult,
  VipError,
} from '@volttron-ts/vip-core';

export interface ToldBusOptions {
  readonly log: Logger;
  /** Called once with a refusal that waiting will not heal, instead of going on; undefined to go on. */
  readonly onHopeless?: ((reason: VipError) => void) | undefined;
}

const HOPELESS: ReadonlySet<string> = new Set(['denied', 'wrong-serverkey']);

/**
 * A connection that tells a person why it does not come about: each reason once until the platform is there, where the
 * agent's session, which waits silently while it connects, says nothing.
 */
export class ToldBus implements BusConnection {
  readonly #bus: BusConnection;
  readonly #options: ToldBusOptions;
  #told: string | undefined;
  #given = false;
  /** The latest reason why there is no connection; undefined while there is one. */
  reason: VipError | undefined;

  constructor(bus: BusConnection, options: ToldBusOptions) {
    this.#bus = bus;
    this.#options = options;
  }

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
        if (this.#hears(state, reason)) events.state(state, reason);
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

  /** Answers whether the session is to hear of it too. */
  #hears(state: BusState, reason: VipError | undefined): boolean {
    if (state === 'connected') {
      this.reason = undefined;
      this.#told = undefined;
    }
    if (reason === undefined) return true;
    this.reason = reason;
    const { onHopeless } = this.#options;
    if (onHopeless !== undefined) {
      if (!HOPELESS.has(reason.code)) return true;
      if (!this.#given) onHopeless(reason);
      this.#given = true;
      return false;
    }
    const silent = state === 'connecting' || reason.code === 'wrong-serverkey';
    if (silent && this.#told !== reason.code) {
      this.#told = reason.code;
      this.#options.log.warn('the platform cannot be reached yet', { identity: this.identity, reason: reason.line });
    }
    return true;
  }
}
