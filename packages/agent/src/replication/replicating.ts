import { VipError } from '@volttron-ts/vip-core';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { JournalPosition } from '../journal/journal-wire.ts';
import { alertDenied, reportRemote } from '../remote/report-remote.ts';
import type { RemoteStanding } from '../remote/report-remote.ts';
import { whenConnected, whileConnected } from '../remote/when-connected.ts';
import type { RemotePlatform } from '../remote-platform.ts';
import { pause } from '../session/pause.ts';
import type { Vip } from '../vip.ts';
import type { Replication } from './replication.ts';

/** How one journal follows another. */
export interface ReplicationStatus {
  readonly state: RemoteStanding['state'];
  /** Why it does not go on. */
  readonly reason: string | null;
  /** Records and bytes that were sent and are not yet acknowledged. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** How far the destination holds the source's journal. */
  readonly acknowledged: JournalPosition | null;
  /** Records that were acknowledged since this agent started. */
  readonly records: number;
  /** Times it went back, because the destination lacked something or did not answer. */
  readonly restarts: number;
  /** From a reading's own time to its acknowledgement, by this host's clock, over the last thousand or so. */
  readonly p50LagMs: number | null;
  readonly p99LagMs: number | null;
  readonly lastLagMs: number | null;
}

export interface ReplicatingOptions {
  readonly vip: Vip;
  readonly remote: RemotePlatform;
  readonly replication: Replication;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends it for good: an error that trying again does not mend. Everything is tried again when not given. */
  readonly isFinal?: (error: Error) => boolean;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

/** Replicates whenever the other platform is connected, again and again, and says by health how it stands. */
export class Replicating {
  readonly #options: ReplicatingOptions;
  readonly #stopListening: () => void;
  #stalled: string | undefined;
  #restarts = 0;

  constructor(options: ReplicatingOptions) {
    const { remote, vip, log } = options;
    this.#options = options;
    this.#stopListening = remote.onState((state) => {
      this.#stalled = undefined;
      this.#report();
      if (state.phase === 'denied') alertDenied(vip.health, vip.identity, this.status.reason, log);
    });
  }

  get status(): ReplicationStatus {
    const { remote, replication } = this.#options;
    const { phase, reason } = remote.state;
    const { waiting, waitingBytes, acknowledged = null, records, lags, lastLagMs = null } = replication;
    return {
      state: this.#stalled === undefined ? phase : 'stalled',
      reason: this.#stalled ?? reason?.line ?? null,
      waiting,
      waitingBytes,
      acknowledged,
      records,
      restarts: this.#restarts,
      p50LagMs: lags.percentile(50),
      p99LagMs: lags.percentile(99),
      lastLagMs,
    };
  }

  /** Settles when the signal aborts with undefined, else with what is final. */
  async run(signal: AbortSignal): Promise<Error | undefined> {
    try {
      return await this.#run(signal);
    } finally {
      this.#stopListening();
    }
  }

  async #run(signal: AbortSignal): Promise<Error | undefined> {
    const { remote, replication, clock, isFinal } = this.#options;
    for (let failures = 0; await whenConnected(remote, signal);) {
      const { records } = replication;
      const failure = await whileConnected(remote, signal, (turn) => this.#replicate(turn));
      if (failure === undefined) continue;
      if (isFinal?.(failure) === true) return failure;
      failures = replication.records > records ? 0 : failures + 1;
      this.#failed(failure);
      // After progress the destination may be asked at once where it stands.
      const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10), LAST_RETRY_MS);
      if (failures > 0) await pause(clock, delay, signal);
    }
    return undefined;
  }

  async #replicate(signal: AbortSignal): Promise<void> {
    const { replication } = this.#options;
    const stopListening = replication.onAcknowledged(() => {
      this.#resume();
    });
    try {
      await replication.run(signal);
    } finally {
      stopListening();
    }
  }

  #failed(failure: Error): void {
    const { remote, log } = this.#options;
    this.#restarts++;
    this.#stalled = failure instanceof VipError ? failure.line : failure.message;
    log.warn('replication goes back', { address: remote.address, reason: this.#stalled });
    this.#report();
  }

  #resume(): void {
    if (this.#stalled === undefined) return;
    this.#stalled = undefined;
    this.#report();
  }

  #report(): void {
    const { vip, remote } = this.#options;
    reportRemote(vip.health, { ...this.status, address: remote.address });
  }
}
