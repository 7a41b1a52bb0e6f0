import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { agentModule, agentPaths, AgentRunningError, AgentSpawnError, installedAgents } from '@volttron-ts/aip';
import type { AgentEnd, AgentStatus, InstalledAgent } from '@volttron-ts/aip';
import type { FromHost, ToHost } from '@volttron-ts/connect';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import { AgentLog } from './agent-log.ts';
import type { Launcher } from './agent-runs.ts';

export interface SharedLauncherOptions {
  readonly home: string;
  /** `bin/volttron-agent.js` of `@volttron-ts/connect`. */
  readonly program: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of every end; after `statuses` knows it. */
  readonly onExit: (agent: InstalledAgent, end: AgentEnd) => void;
  /** How long an agent that is asked to stop may take before its thread is ended, ms. */
  readonly stopMs: number;
}

/**
 * Agents share a process to spare memory, of which each thread would else hold much for speed's sake (with
 * MALLOC_ARENA_MAX 40 % more for six agents); one with much to do has a process of its own.
 */
const SPARING = ['--max-semi-space-size=1', '--optimize-for-size'];

/** One agent in the process. */
interface Run {
  readonly agent: InstalledAgent;
  readonly pid: number;
  readonly log: AgentLog;
  readonly ended: Promise<void>;
  /** The first who tells that it ended is believed. */
  readonly end: (exitCode: number) => void;
  exitCode: number | null;
  asked: boolean;
}

/**
 * Runs agents as threads of one process (`volttron-agent --shared`), which starts with the first of them. It ends with
 * the platform, even with one that is killed; its agents then start with the next platform like others that are enabled.
 */
export class SharedLauncher implements Launcher {
  readonly #options: SharedLauncherOptions;
  readonly #runs = new Map<string, Run>();
  #host: Promise<ChildProcess> | undefined;

  constructor(options: SharedLauncherOptions) {
    this.#options = options;
  }

  async start(agent: InstalledAgent): Promise<number> {
    const module = await agentModule(agent);
    const environment = await environmentOf(agent);
    const host = await this.#openHost(agent);
    const running = this.#runs.get(agent.uuid);
    if (running?.exitCode === null) throw new AgentRunningError(agent.name, running.pid);
    const pid = host.pid ?? 0;
    this.#runs.set(agent.uuid, this.#makeRun(agent, pid));
    await send(host, { kind: 'start', uuid: agent.uuid, module, environment });
    return pid;
  }

  async stop(uuid: string): Promise<void> {
    const run = this.#runs.get(uuid);
    const host = await this.#host;
    if (run?.exitCode !== null || host === undefined) return;
    run.asked = true;
    await send(host, { kind: 'stop', uuid });
    const cancel = this.#options.clock.after(this.#options.stopMs, () => {
      void send(host, { kind: 'kill', uuid });
    });
    await run.ended;
    cancel();
  }

  statuses(): { readonly agent: InstalledAgent; readonly status: AgentStatus }[] {
    return [...this.#runs.values()].map(({ agent, pid, exitCode }) => ({ agent, status: [pid, exitCode] }));
  }

  async clearStatus(all: boolean): Promise<void> {
    const installed = new Set((await installedAgents(this.#options.home)).map(({ uuid }) => uuid));
    for (const [uuid, { exitCode }] of this.#runs) {
      if (exitCode !== null && (all || !installed.has(uuid))) this.#runs.delete(uuid);
    }
  }

  /** Ends the process, with what still runs in it. */
  async close(): Promise<void> {
    const host = await this.#host?.catch(() => undefined);
    if (host?.connected !== true) return;
    const ended = once(host, 'exit');
    host.disconnect();
    const cancel = this.#options.clock.after(2 * this.#options.stopMs, () => host.kill('SIGKILL'));
    await ended;
    cancel();
  }

  #makeRun(agent: InstalledAgent, pid: number): Run {
    const { home, log, onExit } = this.#options;
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    const run: Run = {
      agent,
      pid,
      log: new AgentLog(join(home, 'logs', `${agent.identity}.log`), log),
      ended,
      exitCode: null,
      asked: false,
      end: (exitCode) => {
        if (run.exitCode !== null) return;
        run.exitCode = exitCode;
        void run.log.flushed().then(() => {
          resolve(undefined);
          onExit(agent, { exitCode, asked: run.asked });
        });
      },
    };
    return run;
  }

  async #openHost(agent: InstalledAgent): Promise<ChildProcess> {
    this.#host ??= this.#spawnHost();
    try {
      return await this.#host;
    } catch (error) {
      this.#host = undefined;
      throw new AgentSpawnError(agent.name, error);
    }
  }

  async #spawnHost(): Promise<ChildProcess> {
    const { home, program, log } = this.#options;
    await mkdir(join(home, 'logs'), { recursive: true, mode: 0o700 });
    const own = new AgentLog(join(home, 'logs', 'shared-agents.log'), log);
    const host = spawn(process.execPath, [...SPARING, ...sourceConditions(), program, '--shared'], {
      env: { ...withoutAgent(process.env), VOLTTRON_HOME: home, _LAUNCHED_BY_PLATFORM: '1', MALLOC_ARENA_MAX: '2' },
      // Signals of a terminal reach it through us only, so that its agents end before the bus does.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [host.stdout, host.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        own.write(text.trimEnd());
      });
    }
    host.on('message', (message) => {
      this.#hear(message as FromHost);
    });
    host.on('exit', (code, signal) => {
      this.#host = undefined;
      const exitCode = code ?? (signal === null ? 1 : -constants.signals[signal]);
      for (const run of this.#runs.values()) if (run.pid === host.pid) run.end(exitCode);
    });
    await once(host, 'spawn');
    return host;
  }

  #hear(message: FromHost): void {
    const run = this.#runs.get(message.uuid);
    if (message.kind === 'output') run?.log.write(message.text);
    else if (message.kind === 'exited') run?.end(message.code);
  }
}

/** A process that is gone tells its end itself. */
function send(host: ChildProcess, message: ToHost): Promise<void> {
  return new Promise((resolve) => {
    if (!host.connected) resolve();
    else
      host.send(message, () => {
        resolve();
      });
  });
}

/** Children run from the sources when we do. */
const sourceConditions = (): string[] => process.execArgv.filter((argument) => argument.startsWith('--conditions='));

const withoutAgent = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(AGENT|NODE_CHANNEL|NODE_UNIQUE)_/.test(name)));

/** What a thread is told of its agent, as a process of its own would be (reference/vip-zmq.md §4.4). */
async function environmentOf(agent: InstalledAgent): Promise<Record<string, string>> {
  const { config } = agentPaths(agent);
  const hasConfig = await access(config).then(
    () => true,
    () => false,
  );
  return {
    AGENT_UUID: agent.uuid,
    AGENT_VIP_IDENTITY: agent.identity,
    ...(hasConfig ? { AGENT_CONFIG: config } : {}),
    ...(agent.tag === null ? {} : { AGENT_TAG: agent.tag }),
  };
}
