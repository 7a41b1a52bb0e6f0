import type { BusConnection, BusState, Logger, VipError } from '@volttron-ts/vip-core';
import { ObservedBus } from './observed-bus.ts';

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
export class ToldBus extends ObservedBus {
  readonly #options: ToldBusOptions;
  #told: string | undefined;
  #given = false;
  /** The latest reason why there is no connection; undefined while there is one. */
  reason: VipError | undefined;

  constructor(bus: BusConnection, options: ToldBusOptions) {
    super(bus);
    this.#options = options;
  }

  protected override hears(state: BusState, reason: VipError | undefined): boolean {
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
