import { ObservedBus } from '@volttron-ts/connect';
import type { BusConnection, BusState, VipError } from '@volttron-ts/vip-core';

/** Attempts after which a person is told instead of kept waiting; the first may meet a platform that just starts. */
const ATTEMPTS = 2;

/** A connection for a command, which does not wait for a platform that does not come. */
export class WatchedBus extends ObservedBus {
  /** Never resolves; rejects when waiting any longer would not help. */
  readonly hopeless: Promise<never>;
  /** Why there is no connection yet. */
  reason: VipError | undefined;
  readonly #waitsForApproval: boolean;
  readonly #give: (reason: VipError) => void;
  #attempts = 0;

  constructor(bus: BusConnection, options: { readonly waitsForApproval: boolean }) {
    super(bus);
    this.#waitsForApproval = options.waitsForApproval;
    const { promise, reject } = Promise.withResolvers<never>();
    this.hopeless = promise;
    this.#give = reject;
  }

  protected override hears(state: BusState, reason: VipError | undefined): boolean {
    this.reason = reason;
    if (reason === undefined) return true;
    this.#attempts++;
    const isFinal = state === 'refused' ? this.#isFinal(reason) : this.#attempts >= ATTEMPTS;
    if (isFinal) this.#give(reason);
    return true;
  }

  #isFinal({ code }: VipError): boolean {
    return code === 'denied' || (code === 'pending' && !this.#waitsForApproval);
  }
}
