import type { Journal } from '@volttron-ts/history';
import { ClosedError, decodeText, encodeText, insertHeaders, unpackRecords } from '@volttron-ts/vip-core';
import type { BusConnection, Clock, JournalRecord, Logger } from '@volttron-ts/vip-core';

/** The journal cursor of this service. */
export const REPUBLISH_CURSOR = 'platform.republish';

const MAX_BYTES = 1 << 20;
const WAIT_MS = 20_000;
const RETRY_MS = 1000;

export interface RepublisherOptions {
  /** The in-process connection of `platform.journal`. */
  readonly bus: Pick<BusConnection, 'send' | 'drained'>;
  /** Settles when the router has handed on all that was sent before. */
  readonly delivered: () => Promise<void>;
  readonly journal: Pick<Journal, 'read' | 'commit'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Publishes on this bus what other platforms' journals handed over, with the way it came in `X-Forwarded-From`; at
 * least once, in the order of the journal.
 */
export class Republisher {
  readonly #options: RepublisherOptions;
  #stopped = false;

  constructor(options: RepublisherOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#run();
  }

  /** Ends with the publication at hand; what is not committed is published again after the next start. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    const { journal, delivered, clock, log } = this.#options;
    const request = { cursor: REPUBLISH_CURSOR, prefixes: [], maxBytes: MAX_BYTES, waitMs: WAIT_MS };
    while (!this.#stopped) {
      try {
        const { span, records } = await journal.read(request);
        const handedOver = unpackRecords(records).filter(({ path }) => path !== '');
        for (const record of handedOver) await this.#publish(record);
        // Else a platform that is killed now would have committed what only lay in the router's queue.
        if (handedOver.length > 0) await delivered();
        if (span.through > span.after || span.gone !== undefined) {
          await journal.commit({ cursor: REPUBLISH_CURSOR, epoch: span.epoch, through: span.through });
        }
      } catch (error) {
        if (this.#isStopped()) return;
        log.error('handed-over readings could not be published', { reason: String(error) });
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
  }

  /** A method, because the flag changes while the loop waits. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  async #publish({ topic, body, path, seq }: JournalRecord): Promise<void> {
    const { bus, log } = this.#options;
    const headers = { 'X-Forwarded': true, 'X-Forwarded-From': path.split(',') };
    let forwarded: Uint8Array;
    try {
      forwarded = insertHeaders(body, headers);
    } catch {
      log.warn('a handed-over publication has no readable body', { topic, body: decodeText(body.subarray(0, 80)) });
      return;
    }
    const args = [encodeText('publish'), encodeText(topic), forwarded];
    for (;;) {
      const result = bus.send({ peer: '', id: `republish.${seq}`, subsystem: 'pubsub', args });
      if (result === 'sent') return;
      if (result === 'closed') throw new ClosedError('The bus');
      await bus.drained();
    }
  }
}
