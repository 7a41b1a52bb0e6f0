import type { AuthenticationDecision, AuthenticationRequest, Clock } from '@volttron-ts/vip-core';
import type { Audit } from './audited-enrolment.ts';

/** One record a minute, however many knock. */
const EVERY = 60_000;
/** So many addresses are told apart in one record. */
const MAX_ADDRESSES = 20;
const OTHERS = 'others';

/** Records refused authentications as counts, so that nobody fills the audit log by knocking. */
export class RefusalCounter {
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  #waiting = 0;
  #denied = 0;
  #addresses = new Map<string, number>();
  #cancel: (() => void) | undefined;

  /** `failed` hears of a record that could not be written. */
  constructor(audit: Audit, clock: Clock, failed: (error: unknown) => void) {
    this.#audit = audit;
    this.#clock = clock;
    this.#failed = failed;
  }

  add({ address }: AuthenticationRequest, { status }: AuthenticationDecision): void {
    if (status === 300) this.#waiting++;
    else this.#denied++;
    const known = this.#addresses.has(address) || this.#addresses.size < MAX_ADDRESSES;
    const name = known ? address : OTHERS;
    this.#addresses.set(name, (this.#addresses.get(name) ?? 0) + 1);
    this.#cancel ??= this.#clock.after(EVERY, () => {
      this.flush().catch(this.#failed);
    });
  }

  /** Records what was counted since the last record; nothing when nobody was refused. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#waiting + this.#denied === 0) return;
    const details = { waiting: this.#waiting, denied: this.#denied, addresses: Object.fromEntries(this.#addresses) };
    this.#waiting = 0;
    this.#denied = 0;
    this.#addresses = new Map();
    await this.#audit.record({ actor: 'platform', action: 'auth.refused', item: 'authentications', details });
  }
}
