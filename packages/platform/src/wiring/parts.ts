import type { Logger } from '@volttron-ts/vip-core';

/** What has been started, to be ended again, the last first. */
export class Parts {
  readonly #log: Logger;
  readonly #parts: { readonly name: string; end(): Promise<unknown> }[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, end: () => Promise<unknown>): void {
    this.#parts.push({ name, end });
  }

  /** For what nobody waits for: its failure is logged, and ends nothing. */
  unawaited(work: Promise<unknown>, failure: string): void {
    work.catch((error: unknown) => {
      this.#log.warn(failure, { reason: String(error) });
    });
  }

  /** One that does not end well is logged, and keeps the others from nothing. */
  async end(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) {
      try {
        await part.end();
      } catch (error) {
        this.#log.error(`${part.name} did not end well`, { reason: String(error) });
      }
    }
  }
}
