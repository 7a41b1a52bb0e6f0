import type { Capabilities } from '@volttron-ts/auth';
import type { Clock } from '@volttron-ts/vip-core';

type UserCapabilities = Readonly<Record<string, Capabilities>>;

export interface CapabilityNewsOptions {
  readonly clock: Clock;
  readonly capabilities: () => UserCapabilities;
  /** Tells every agent what users may do (reference/vip-zmq.md §3.9). */
  readonly tell: (capabilities: UserCapabilities) => void;
}

/** Changes that come together are told together. */
const GATHER = 50;

/**
 * Sees to it that agents hear of it when what users may do has changed, and of nothing else: a comment, a key or an
 * address that changed is no news to them. What they are told names users and capabilities, no keys.
 */
export class CapabilityNews {
  readonly #options: CapabilityNewsOptions;
  #told: string;
  #cancel: (() => void) | undefined;

  constructor(options: CapabilityNewsOptions) {
    this.#options = options;
    this.#told = JSON.stringify(options.capabilities());
  }

  /** The auth file has changed. */
  changed(): void {
    const { clock, capabilities, tell } = this.#options;
    this.#cancel ??= clock.after(GATHER, () => {
      this.#cancel = undefined;
      const now = capabilities();
      const text = JSON.stringify(now);
      if (text === this.#told) return;
      this.#told = text;
      tell(now);
    });
  }

  stop(): void {
    this.#cancel?.();
  }
}
