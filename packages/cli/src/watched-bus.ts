import type {
  BusConnection,
  BusConnectionEvents,
  BusState,
  OutgoingMessage,
  SendResult,
  VipError,
} from '@volttron-ts/vip-core';

/** Attempts after which a person is told instead of kept waiting; the first may meet a platform that just starts. */
const ATTEMPTS = 2;

/** A connection for a command, which does not wait for a platform that does not come. */
export class WatchedBus implements BusConnection {
  /** Never resolves; rejects when waiting any longer would not help. */
  readonly hopeless: Promise<never>;
  /** Why there is no connection yet. */
  reason: VipError | undefined;
  readonly #bus: BusConnection;
  readonly #waitsForApproval: boolean;
  readonly #give: (reason: VipError) => void;
  #attempts = 0;

  constructor(bus: BusConnection, options: { readonly waitsForApproval: boolean }) {
    this.#bus = bus;
    this.#waitsForApproval = options.waitsForApproval;
    const { promise, reject } = Promise.withResolvers<never>();
    this.hopeless = promise;
    this.#give = reject;
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
        this.#hear(state, reason);
        events.state(state, reason);
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

  #hear(state: BusState, reason: VipError | undefined): void {
    this.reason = reason;
    if (reason === undefined) return;
    this.#attempts++;
    const isFinal = state === 'refused' ? this.#isFinal(reason) : this.#attempts >= ATTEMPTS;
    if (isFinal) this.#give(reason);
  }

  #isFinal({ code }: VipError): boolean {
    return code === 'denied' || (code === 'pending' && !this.#waitsForApproval);
  }
}
