import { installedAgents, startOrder } from '@volttron-ts/aip';
import type { InstalledAgent } from '@volttron-ts/aip';
import { pause } from '@volttron-ts/agent';
import type { PeerList } from '@volttron-ts/agent';
import { VipError } from '@volttron-ts/vip-core';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { AgentRuns } from './agent-runs.ts';

/** How long agents of one priority may take to be on the bus before those of the next start, ms. */
const READY_MS = 10_000;

export interface StartUpOptions {
  readonly home: string;
  readonly runs: AgentRuns;
  /** The peers of the platform's bus. */
  readonly peers: PeerList;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Starts the enabled agents that do not run yet: those of one priority together, those of the next when these are on the
 * bus. An agent that cannot be started or is late is told in the log, and holds nobody up for longer.
 */
export async function startEnabledAgents(options: StartUpOptions): Promise<void> {
  const { home, runs, signal } = options;
  const groups = startOrder(await installedAgents(home));
  for (const group of groups) {
    if (signal.aborted) return;
    const running = new Set(runs.running().map(({ uuid }) => uuid));
    const arrivals = new Arrivals(options.peers);
    const started = await Promise.all(
      group.filter(({ uuid }) => !running.has(uuid)).map((agent) => startOne(agent, options)),
    );
    const isLast = group === groups.at(-1);
    if (!isLast)
      await arrived(
        started.filter((agent) => agent !== undefined),
        arrivals,
        options,
      );
    arrivals.end();
  }
}

async function startOne(agent: InstalledAgent, { runs, log }: StartUpOptions): Promise<InstalledAgent | undefined> {
  try {
    await runs.start(agent);
    return agent;
  } catch (error) {
    const reason = error instanceof VipError ? error.line : String(error);
    log.error('an enabled agent could not be started', { identity: agent.identity, reason });
    return undefined;
  }
}

async function arrived(agents: readonly InstalledAgent[], arrivals: Arrivals, options: StartUpOptions): Promise<void> {
  const { clock, log, signal } = options;
  const over = new AbortController();
  const late = pause(clock, READY_MS, AbortSignal.any([signal, over.signal])).then(() => 'late' as const);
  const all = Promise.all(agents.map(({ identity }) => arrivals.of(identity))).then(() => 'there' as const);
  if ((await Promise.race([all, late])) === 'late' && !signal.aborted) {
    const identities = agents.map(({ identity }) => identity).filter((identity) => !arrivals.seen.has(identity));
    log.warn('agents are not on the bus yet; those of the next priority start all the same', { identities });
  }
  over.abort();
}

/** Who has come onto the bus since it was made. */
class Arrivals {
  readonly seen = new Set<string>();
  readonly end: () => void;
  readonly #waiting = new Map<string, () => void>();

  constructor(peers: PeerList) {
    this.end = peers.onChange((change, peer) => {
      if (change !== 'add') return;
      this.seen.add(peer);
      this.#waiting.get(peer)?.();
    });
  }

  of(identity: string): Promise<void> {
    if (this.seen.has(identity)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(identity, resolve));
  }
}
