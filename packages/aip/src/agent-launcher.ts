import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, open } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { workerUrl } from '@volttron-ts/storage';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import { agentModule } from './agent-module.ts';
import { agentPaths } from './agent-paths.ts';
import { AgentProcess } from './agent-process.ts';
import type { AgentEnd } from './agent-process.ts';
import { AgentRunningError, AgentSpawnError } from './errors.ts';
import type { InstalledAgent } from './installed-agent.ts';
import { launchPlan } from './launch-plan.ts';
import { rotateLog } from './log-rotation.ts';
import type { LogLimits } from './log-rotation.ts';
import { exitCodePath, lookAt, markOf, readExitCode, readRecord, removeRecord, writeRecord } from './process-mark.ts';
import type { ProcessMark } from './process-mark.ts';
import { stopProcess } from './stop-process.ts';
import type { StopResult, StopTimes } from './stop-process.ts';

export interface AgentLauncherOptions {
  readonly home: string;
  /** The file Node runs with an agent's module as its argument: `bin/volttron-agent.js` of `@volttron-ts/connect`. */
  readonly program: string;
  readonly clock: Clock;
  /** What agents inherit; this process's own when not given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Told of every end, also of one that was asked for; after `status` knows it. */
  readonly onExit?: (agent: InstalledAgent, end: AgentEnd) => void;
  readonly log: Logger;
  /** 10 MB and 5 former files when not given. */
  readonly logLimits?: LogLimits;
  /** 60, 30 and 30 s when not given. */
  readonly stopTimes?: StopTimes;
  /** How often it looks after processes that are no children of this one; 1 s when not given. */
  readonly pollMs?: number;
  /** How often it looks after the logs; 10 s when not given. */
  readonly rotateMs?: number;
}

/** Process id and exit code, as `control` tells them: both null when it never ran, the code null while it runs. */
export type AgentStatus = readonly [pid: number | null, exitCode: number | null];

/** A taken-back process that left no code was ended by a signal nobody saw; SIGKILL is the one that leaves no time. */
const UNSEEN = -constants.signals.SIGKILL;

/**
 * Starts agents as processes that live on when this one ends, writes what they print to `logs/<identity>.log`, and takes
 * those back that an earlier platform left.
 */
export class AgentLauncher {
  readonly #options: AgentLauncherOptions;
  readonly #stopTimes: StopTimes;
  readonly #processes = new Map<string, AgentProcess>();
  readonly #takenBack = new Set<AgentProcess>();
  readonly #starting = new Map<string, Promise<number>>();
  readonly #timers = new Set<() => void>();
  #closed = false;

  constructor(options: AgentLauncherOptions) {
    this.#options = options;
    this.#stopTimes = options.stopTimes ?? { SIGINT: 60_000, SIGTERM: 30_000, SIGKILL: 30_000 };
    this.#repeat(options.pollMs ?? 1000, () => this.#poll());
    this.#repeat(options.rotateMs ?? 10_000, () => this.#rotate());
  }

  /** Finds the processes that an earlier platform left and answers the agents they run; the others' records go. */
  async takeBack(agents: readonly InstalledAgent[]): Promise<InstalledAgent[]> {
    const living: InstalledAgent[] = [];
    for (const agent of agents) {
      const mark = await readRecord(agent.folder);
      if (mark !== undefined && (await lookAt(mark)).lives) {
        const running = new AgentProcess(agent, mark.pid, mark);
        this.#watch(running);
        this.#takenBack.add(running);
        living.push(agent);
      } else {
        await removeRecord(agent.folder);
      }
    }
    return living;
  }

  /**
   * Starts an agent; answers its process id.
   *
   * @throws AgentRunningError, PythonAgentError, AgentBrokenError, AgentSpawnError
   */
  async start(agent: InstalledAgent): Promise<number> {
    const former = this.#processes.get(agent.uuid);
    if (former?.exitCode === null) throw new AgentRunningError(agent.name, former.pid);
    const starting = this.#starting.get(agent.uuid) ?? this.#launch(agent);
    this.#starting.set(agent.uuid, starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(agent.uuid);
    }
  }

  /** Ends an agent's process; undefined when none runs. Throws AgentUnresponsiveError. */
  async stop(uuid: string): Promise<StopResult | undefined> {
    await this.#starting.get(uuid)?.catch(() => undefined);
    const running = this.#processes.get(uuid);
    if (running?.exitCode !== null) return undefined;
    return stopProcess(running, this.#stopTimes, this.#options.clock);
  }

  status(uuid: string): AgentStatus {
    const found = this.#processes.get(uuid);
    return found === undefined ? [null, null] : [found.pid, found.exitCode];
  }

  /** Those started or taken back since this platform began. */
  statuses(): { readonly agent: InstalledAgent; readonly status: AgentStatus }[] {
    return [...this.#processes.values()].map(({ agent, pid, exitCode }) => ({ agent, status: [pid, exitCode] }));
  }

  /** Forgets the ended ones: all of them, or those that are not installed any more. */
  async clearStatus(all: boolean): Promise<void> {
    for (const [uuid, { agent, exitCode }] of this.#processes) {
      if (exitCode !== null && (all || !(await exists(agent.folder)))) this.#processes.delete(uuid);
    }
  }

  /** Stops looking after them; the agents live on. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
  }

  async #launch(agent: InstalledAgent): Promise<number> {
    const paths = agentPaths(agent);
    const plan = launchPlan({
      agent,
      home: this.#options.home,
      program: this.#options.program,
      entry: await agentModule(agent),
      config: (await exists(paths.config)) ? paths.config : undefined,
      exitFile: exitCodePath(agent.folder),
      preload: workerUrl(import.meta.url, './launch-preload').href,
      execPath: process.execPath,
      execArgv: process.execArgv,
      environment: this.#options.environment ?? process.env,
    });
    await removeRecord(agent.folder);
    const child = await this.#spawn(agent, plan, paths.package);
    const pid = child.pid ?? 0;
    const mark = await markOf(pid);
    if (mark !== undefined) await this.#record(agent, mark);
    letGo(child);
    const running = new AgentProcess(agent, pid, mark);
    this.#watch(running);
    const tell = (): void => {
      running.end(child.exitCode ?? (child.signalCode === null ? UNSEEN : -constants.signals[child.signalCode]));
    };
    // It may have ended before anybody listened.
    if (child.exitCode !== null || child.signalCode !== null) tell();
    else child.on('exit', tell);
    return pid;
  }

  /** The log is given as a file, so that the agent does not need this process to write to it. */
  async #spawn(agent: InstalledAgent, plan: ReturnType<typeof launchPlan>, cwd: string): Promise<ChildProcess> {
    const path = this.#logPath(agent);
    await mkdir(join(this.#options.home, 'logs'), { recursive: true, mode: 0o700 });
    await rotateLog(path, this.#logLimits);
    const log = await open(path, 'a', 0o600);
    try {
      const child = spawn(plan.command, plan.args, {
        cwd,
        env: plan.environment,
        detached: true,
        stdio: ['ignore', log.fd, log.fd, 'pipe'],
      });
      await once(child, 'spawn');
      child.unref();
      return child;
    } catch (error) {
      throw new AgentSpawnError(agent.name, error);
    } finally {
      await log.close();
    }
  }

  #watch(running: AgentProcess): void {
    const { agent } = running;
    this.#processes.set(agent.uuid, running);
    void running.ended.then((end) => {
      this.#takenBack.delete(running);
      if (!this.#closed) this.#options.onExit?.(agent, end);
    });
  }

  /** The system tells the end of a child of its own accord, and only its parent. */
  async #poll(): Promise<void> {
    for (const running of this.#takenBack) {
      if (running.mark === undefined) continue;
      const now = await lookAt(running.mark);
      if (!now.lives) running.end(now.exitCode ?? (await readExitCode(running.agent.folder)) ?? UNSEEN);
    }
  }

  async #rotate(): Promise<void> {
    for (const { agent, exitCode } of this.#processes.values()) {
      if (exitCode === null) await rotateLog(this.#logPath(agent), this.#logLimits);
    }
  }

  get #logLimits(): LogLimits {
    return this.#options.logLimits ?? { maxBytes: 10_000_000, keep: 5 };
  }

  #logPath({ identity }: InstalledAgent): string {
    return join(this.#options.home, 'logs', `${identity}.log`);
  }

  /** Without a record the agent runs all the same; only a later platform would not find it. */
  async #record(agent: InstalledAgent, mark: ProcessMark): Promise<void> {
    try {
      await writeRecord(agent.folder, mark);
    } catch (error) {
      this.#options.log.warn(`The process of ${agent.identity} cannot be recorded: ${String(error)}`);
    }
  }

  #repeat(milliseconds: number, task: () => Promise<void>): void {
    const again = (): void => {
      const cancel = this.#options.clock.after(milliseconds, () => {
        this.#timers.delete(cancel);
        void task()
          .catch((error: unknown) => {
            this.#options.log.warn(`Looking after the agents failed: ${String(error)}`);
          })
          .then(() => {
            if (!this.#closed) again();
          });
      });
      this.#timers.add(cancel);
    };
    again();
  }
}

/** A child runs nothing of the agent before it is told to; one that has ended meanwhile does not hear it. */
function letGo(child: ChildProcess): void {
  const pipe = child.stdio[3] as Writable;
  pipe.on('error', () => undefined).end('g');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
