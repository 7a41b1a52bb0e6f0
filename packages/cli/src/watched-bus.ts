import { ObservedBus } from '@volttron-ts/connect';
import type { BusConnection, BusState, VipError } from '@volttron-ts/vip-core';

/** Attempts after which a person is told instead of kept waiting; the first may meet a platform that just starts. */
const ATTEMPTS = 2;

/** A connection for a command, which does not wait for a platform that does not come. */
export class WatchedBus extends ObservedBus {
  /** Never resolves; rejects when waiting any longer would not help. */
  readonly hopeless: Promise<never>;
  /** Settles when a connection that stood ends. */
  readonly lost: Promise<void>;
  /** Why there is no connection yet. */
  reason: VipError | undefined;
  readonly #give: (reason: VipError) => void;
  readonly #lose: () => void;
  #attempts = 0;

  constructor(bus: BusConnection) {
    super(bus);
    const { promise, reject } = Promise.withResolvers<never>();
    this.hopeless = promise;
    this.#give = reject;
    const lost = Promise.withResolvers<undefined>();
    this.lost = lost.promise;
    this.#lose = () => {
      lost.resolve(undefined);
    };
  }

  protected override hears(state: BusState, reason: VipError | undefined): boolean {
    this.reason = reason;
    if (state === 'lost') this.#lose();
    if (reason === undefined) return true;
    this.#attempts++;
    const isHopeless = state === 'refused' ? isFinal(reason) : this.#attempts >= ATTEMPTS;
    if (isHopeless) this.#give(reason);
    return true;
  }
}

const isFinal = ({ code }: VipError): boolean => ['denied', 'pending', 'identity-in-use'].includes(code);
