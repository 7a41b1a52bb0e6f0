import { AgentRunningError } from '@volttron-ts/aip';
import type { AgentStatus, InstalledAgent, Supervisor } from '@volttron-ts/aip';

/** Starts agents in one way or another, and knows how they fare. */
export interface Launcher {
  /** Answers the process id. Throws AgentRunningError, AgentBrokenError, PythonAgentError, AgentSpawnError. */
  start(agent: InstalledAgent): Promise<number>;
  /** Settles when it has ended; at once when it does not run. Throws AgentUnresponsiveError. */
  stop(uuid: string): Promise<unknown>;
  /** Those started or taken back since the platform began. */
  statuses(): readonly { readonly agent: InstalledAgent; readonly status: AgentStatus }[];
  /** Forgets the ended ones: all, or those that are not installed any more. */
  clearStatus(all: boolean): Promise<void>;
}

export interface AgentRunsOptions {
  /** For agents with processes of their own. */
  readonly own: Launcher;
  /** For those that share one. */
  readonly shared: Launcher;
  /** Identities of those. */
  readonly sharing: readonly string[];
  readonly supervisor: Supervisor;
  /** Sees to what an agent needs on the bus besides its entry. */
  readonly prepare?: ((identity: string) => Promise<void>) | undefined;
  /** Takes that away. */
  readonly dismiss?: ((identity: string) => Promise<void>) | undefined;
}

/** Every agent that runs on this platform, or did since it started. */
export class AgentRuns {
  readonly #options: AgentRunsOptions;
  readonly #sharing: ReadonlySet<string>;

  constructor(options: AgentRunsOptions) {
    this.#options = options;
    this.#sharing = new Set(options.sharing);
  }

  /** An agent that changed its way of running may be told twice; the one that runs counts, else the later way. */
  all(): { readonly agent: InstalledAgent; readonly status: AgentStatus }[] {
    const { own, shared } = this.#options;
    const found = [...own.statuses(), ...shared.statuses()];
    const byUuid = new Map(found.map((run) => [run.agent.uuid, run]));
    for (const run of found) if (run.status[1] === null) byUuid.set(run.agent.uuid, run);
    return [...byUuid.values()];
  }

  status(uuid: string): AgentStatus {
    return this.all().find(({ agent }) => agent.uuid === uuid)?.status ?? [null, null];
  }

  running(): InstalledAgent[] {
    return this.all().flatMap(({ agent, status }) => (status[1] === null ? [agent] : []));
  }

  /** Starts an agent, and again when it ends though nobody asked for it. */
  async start(agent: InstalledAgent): Promise<void> {
    const [pid, exitCode] = this.status(agent.uuid);
    if (pid !== null && exitCode === null) throw new AgentRunningError(agent.name, pid);
    const { supervisor } = this.#options;
    supervisor.watch(agent);
    try {
      await this.launch(agent);
    } catch (error) {
      if (!(error instanceof AgentRunningError)) supervisor.forget(agent.uuid);
      throw error;
    }
  }

  /** For the supervisor, which counts failures itself. */
  async launch(agent: InstalledAgent): Promise<number> {
    const { own, shared, prepare } = this.#options;
    await prepare?.(agent.identity);
    return (this.#sharing.has(agent.identity) ? shared : own).start(agent);
  }

  async stop(uuid: string): Promise<void> {
    const { own, shared, supervisor } = this.#options;
    supervisor.forget(uuid);
    await Promise.all([own.stop(uuid), shared.stop(uuid)]);
  }

  /** The agent has no place on the bus any more. */
  async dismiss(identity: string): Promise<void> {
    await this.#options.dismiss?.(identity);
  }

  async clear(all: boolean): Promise<void> {
    const { own, shared } = this.#options;
    await Promise.all([own.clearStatus(all), shared.clearStatus(all)]);
  }
}
