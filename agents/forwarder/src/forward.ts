import { pause, runWithConfig, t } from '@volttron-ts/agent';
import type { AgentContext, RemotePlatform, Vip } from '@volttron-ts/agent';
import { VipError } from '@volttron-ts/vip-core';
import { readDestination } from './destination.ts';
import type { DestinationConfig } from './destination.ts';
import type { ForwardingStatus } from './forwarding-status.ts';
import { Replication } from './replication.ts';

export interface ForwarderConfig extends DestinationConfig {
  readonly prefixes: readonly string[];
  readonly window: number;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

/** What a change of its values begins anew. */
const KEYS = [
  ...(['destination-vip', 'destination-address', 'destination-serverkey', 'destination-root-certificate'] as const),
  ...(['prefixes', 'window'] as const),
];

/** Replicates the local journal to the destination for as long as the agent lives. */
export function forward(context: AgentContext<ForwarderConfig>): Promise<void> {
  return runWithConfig(context, KEYS, (signal) => forwardTo({ ...context, signal }));
}

/** To the destination that the configuration names now. */
async function forwardTo(context: AgentContext<ForwarderConfig>): Promise<void> {
  const { vip, config, clock, signal } = context;
  const { address, options } = await readDestination(config);
  const remote = vip.auth.connectRemotePlatform(address, options);
  const { prefixes, window: windowBytes } = config;
  const replication = new Replication({
    journal: vip.journal,
    remote,
    clock,
    cursor: vip.identity,
    prefixes,
    windowBytes,
  });
  try {
    await new Forwarding(context, remote, replication).run(signal);
  } finally {
    await remote.close();
  }
}

/** One forwarder: connects again and again, and says how it stands. */
class Forwarding {
  readonly #vip: Vip;
  readonly #context: AgentContext<ForwarderConfig>;
  readonly #remote: RemotePlatform;
  readonly #replication: Replication;
  #stalled: string | undefined;
  #restarts = 0;

  constructor(context: AgentContext<ForwarderConfig>, remote: RemotePlatform, replication: Replication) {
    this.#vip = context.vip;
    this.#context = context;
    this.#remote = remote;
    this.#replication = replication;
    remote.onState((state) => {
      this.#stalled = undefined;
      this.#report();
      if (state.phase === 'denied') this.#alertDenied();
    });
    this.#vip.rpc.export('forwarding.status', {
      params: t.Tuple([]),
      description: 'How far the destination holds the local journal, and how long readings take.',
      call: () => this.status,
    });
  }

  get status(): ForwardingStatus {
    const { phase, reason } = this.#remote.state;
    const { waiting, waitingBytes, acknowledged = null, records, lags, lastLagMs = null } = this.#replication;
    return {
      destination: this.#remote.address,
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

  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; await whenConnected(this.#remote, signal);) {
      const { records } = this.#replication;
      const failure = await this.#replicateOverOneConnection(signal);
      if (failure === undefined) continue;
      failures = this.#replication.records > records ? 0 : failures + 1;
      this.#failed(failure);
      // After progress the destination may be asked at once where it stands.
      if (failures > 0) {
        const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10), LAST_RETRY_MS);
        await pause(this.#context.clock, delay, signal);
      }
    }
  }

  /** Answers why it ended although the connection stands. */
  async #replicateOverOneConnection(signal: AbortSignal): Promise<unknown> {
    const gone = new AbortController();
    const stopListening = this.#remote.onState(({ phase }) => {
      if (phase !== 'connected') gone.abort();
    });
    const replicated = this.#replication.onAcknowledged(() => {
      this.#resume();
    });
    try {
      await this.#replication.run(AbortSignal.any([signal, gone.signal]));
      return undefined;
    } catch (error) {
      return gone.signal.aborted || signal.aborted ? undefined : error;
    } finally {
      stopListening();
      replicated();
    }
  }

  #failed(failure: unknown): void {
    this.#restarts++;
    this.#stalled = failure instanceof VipError ? failure.line : String(failure);
    this.#context.log.warn('forwarding goes back', { destination: this.#remote.address, reason: this.#stalled });
    this.#report();
  }

  #resume(): void {
    if (this.#stalled === undefined) return;
    this.#stalled = undefined;
    this.#report();
  }

  /** Texts of the good case are Python's (reference/agents-cli.md §2.4). */
  #report(): void {
    const { state, reason, destination } = this.status;
    if (state === 'connected') this.#vip.health.setStatus('GOOD', `Connected to address (${destination})`);
    else {
      const status = state === 'connecting' || state === 'discovering' ? 'STARTING' : 'BAD';
      this.#vip.health.setStatus(status, `${state}: ${destination}${reason === null ? '' : ` (${reason})`}`);
    }
  }

  #alertDenied(): void {
    const { reason } = this.status;
    this.#vip.health.sendAlert(`${this.#vip.identity}_DENIED`, reason).catch((error: unknown) => {
      this.#context.log.warn('an alert could not be published', { reason: String(error) });
    });
  }
}

/** Settles with true when the platform is connected, with false when the signal aborts. */
async function whenConnected(remote: RemotePlatform, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const check = (): void => {
    if (remote.state.phase === 'connected' || signal.aborted) resolve(undefined);
  };
  const stopListening = remote.onState(check);
  signal.addEventListener('abort', check);
  check();
  await promise;
  stopListening();
  signal.removeEventListener('abort', check);
  return !signal.aborted;
}
