import type { JournalPosition, RemotePlatform } from '@volttron-ts/agent';

type Phase = RemotePlatform['state']['phase'];

/** What `forwarding.status` answers. */
export interface ForwardingStatus {
  readonly destination: string;
  /** The connection's phase, or `stalled` when it stands and nothing is taken. */
  readonly state: Phase | 'stalled';
  /** Why it does not go on. */
  readonly reason: string | null;
  /** Records and bytes that were sent and are not yet acknowledged. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** How far the destination holds the local journal. */
  readonly acknowledged: JournalPosition | null;
  /** Records that were acknowledged since the forwarder started. */
  readonly records: number;
  /** Times it went back, because the destination lacked something or did not answer. */
  readonly restarts: number;
  /** From a reading's own time to its acknowledgement, by this host's clock, over the last thousand or so. */
  readonly p50LagMs: number | null;
  readonly p99LagMs: number | null;
  readonly lastLagMs: number | null;
}
