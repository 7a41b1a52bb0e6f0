import {
  alertDenied,
  readRemote,
  reportRemote,
  runWithConfig,
  t,
  whenConnected,
  whileConnected,
} from '@volttron-ts/agent';
import type { AgentContext, RemotePlatform, RemoteStanding } from '@volttron-ts/agent';
import { JournalRefusedError } from '@volttron-ts/agent';
import { Replicating, Replication } from '@volttron-ts/agent/replication';
import type { ReplicationStatus } from '@volttron-ts/agent/replication';
import { UnknownSubsystemError, UnreachableError, VipError } from '@volttron-ts/vip-core';
import { Republishing } from './republish.ts';
import { waysOf } from './topics.ts';
import type { TopicConfig } from './topics.ts';

export interface PullerConfig extends TopicConfig {
  readonly 'source-vip'?: string;
  readonly 'source-address'?: string;
  readonly 'source-serverkey'?: string;
  readonly 'source-root-certificate'?: string;
  readonly window: number;
}

/** What `pulling.status` answers. */
export interface PullingStatus {
  readonly source: string;
  readonly state: RemoteStanding['state'];
  readonly reason: string | null;
  /** How far the source's journal is here; null when nothing comes from it. */
  readonly journal: ReplicationStatus | null;
  /** Why readings are subscribed to that the source's journal would give without gaps. */
  readonly withoutJournal: string | null;
  /** Publications that were subscribed to and are here, since the agent started. */
  readonly republished: number;
  /** Publications that had been here before, and were left out. */
  readonly returned: number;
}

/** What a change of its values begins anew. */
const KEYS = [
  ...(['source-vip', 'source-address', 'source-serverkey', 'source-root-certificate', 'window'] as const),
  ...(['services_topic_list', 'custom_topic_list', 'topic_replace_list'] as const),
];

/** Brings here what the source publishes, for as long as the agent lives. */
export function pull(context: AgentContext<PullerConfig>): Promise<void> {
  return runWithConfig(context, KEYS, (signal) => pullFrom({ ...context, signal }));
}

/** From the source that the configuration names now. */
async function pullFrom(context: AgentContext<PullerConfig>): Promise<void> {
  const { vip, config } = context;
  const { address, options } = await readRemote({
    prefix: 'source',
    address: config['source-address'] ?? config['source-vip'],
    serverkey: config['source-serverkey'],
    rootCertificate: config['source-root-certificate'],
  });
  const remote = vip.auth.connectRemotePlatform(address, options);
  try {
    await new Pulling(context, remote).run();
  } finally {
    await remote.close();
  }
}

/** One puller: from the source's journal what that holds, by subscription what it does not. */
class Pulling {
  readonly #context: AgentContext<PullerConfig>;
  readonly #remote: RemotePlatform;
  readonly #counts = { republished: 0, returned: 0 };
  #replicating: Replicating | undefined;
  #withoutJournal: string | undefined;

  constructor(context: AgentContext<PullerConfig>, remote: RemotePlatform) {
    this.#context = context;
    this.#remote = remote;
    context.vip.rpc.export('pulling.status', {
      params: t.Tuple([]),
      description: 'How the readings of the source come here.',
      call: () => this.status,
    });
  }

  get status(): PullingStatus {
    const { address, state: remoteState } = this.#remote;
    const journal = this.#replicating?.status ?? null;
    const { state, reason } = journal ?? { state: remoteState.phase, reason: remoteState.reason?.line ?? null };
    return { source: address, state, reason, journal, withoutJournal: this.#withoutJournal ?? null, ...this.#counts };
  }

  async run(): Promise<void> {
    const { signal, config } = this.#context;
    const { journal, bus } = waysOf(config);
    const stopListening = this.#remote.onState(() => {
      this.#report();
    });
    const work: Promise<void>[] = [];
    if (journal.length > 0) work.push(this.#pullJournal(journal));
    if (bus.length > 0) work.push(this.#subscribe(bus, signal));
    try {
      await Promise.all(work);
    } finally {
      stopListening();
    }
  }

  /** From the journal; over a connection whose platform does not give it, by subscription. */
  async #pullJournal(prefixes: readonly string[]): Promise<void> {
    const { signal, log } = this.#context;
    while (!signal.aborted) {
      this.#replicating = this.#replicate(prefixes);
      const why = await this.#replicating.run(signal);
      this.#replicating = undefined;
      if (why === undefined) return;
      this.#withoutJournal = why instanceof VipError ? why.line : why.message;
      log.warn('the journal of the source cannot be had: what is published while it is away will be missing here', {
        address: this.#remote.address,
        reason: this.#withoutJournal,
      });
      this.#report();
      await whileConnected(this.#remote, signal, (turn) => this.#subscribe(prefixes, turn));
      this.#withoutJournal = undefined;
    }
  }

  #replicate(prefixes: readonly string[]): Replicating {
    const { vip, config, clock, log } = this.#context;
    const remote = this.#remote;
    const replication = new Replication({
      journal: remote.journal,
      destination: vip.journal,
      clock,
      cursor: remote.identity,
      prefixes,
      windowBytes: config.window,
    });
    return new Replicating({ vip, remote, replication, clock, log, isFinal: isWithoutJournal });
  }

  async #subscribe(prefixes: readonly string[], signal: AbortSignal): Promise<void> {
    const { vip, log, config } = this.#context;
    if (!(await whenConnected(this.#remote, signal))) return;
    const options = { remote: this.#remote, prefixes, replacements: config.topic_replace_list, counts: this.#counts };
    await new Republishing({ vip, log, signal, ...options }).run();
  }

  /** As long as a journal is followed, that reports. */
  #report(): void {
    if (this.#replicating !== undefined) return;
    const { vip, log } = this.#context;
    const { state, reason } = this.status;
    reportRemote(vip.health, { address: this.#remote.address, state, reason });
    if (state === 'denied') alertDenied(vip.health, vip.identity, reason, log);
  }
}

/** A platform without a journal, such as Python's, or one that gives it only to others. */
const isWithoutJournal = (error: Error): boolean =>
  error instanceof UnreachableError ||
  error instanceof UnknownSubsystemError ||
  (error instanceof JournalRefusedError && error.reasonCode === 'unauthorized');
