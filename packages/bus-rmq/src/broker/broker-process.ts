import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import { BrokerStartError } from '../errors.ts';
import { brokerEnvironment, writeBrokerFiles } from './broker-files.ts';
import type { BrokerSettings, ErlangPorts } from './broker-files.ts';
import { findPrograms } from './broker-programs.ts';
import { freePort } from './free-port.ts';
import { endOrphan, noteBroker } from './orphan.ts';

export interface BrokerProcessOptions extends BrokerSettings {
  /** An installation to take the programs from; the system's without it. */
  readonly home?: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const run = promisify(execFile);
const STARTED = 'Server startup complete';
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;
/** A broker that ran so long had started well. */
const STEADY_MS = 60_000;
const STOP_MS = 20_000;
const NAMES_ATTEMPTS = 40;
const NAMES_PAUSE_MS = 50;
const TAIL = 20_000;

/** A RabbitMQ of our own: started, started again when it ends by itself, and stopped with us. */
export class BrokerProcess {
  readonly #options: BrokerProcessOptions;
  readonly #programs: string;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #isWanted = true;
  #failures = 0;
  #cancel: () => void = () => undefined;

  private constructor(options: BrokerProcessOptions, programs: string, ports: ErlangPorts) {
    this.#options = options;
    this.#programs = programs;
    this.#environment = brokerEnvironment(options, ports);
  }

  /** Settles when it takes connections. Throws BrokerMissingError, BrokerStartError with what it said last. */
  static async start(options: BrokerProcessOptions): Promise<BrokerProcess> {
    const programs = await findPrograms(options.home);
    const broker = new BrokerProcess(options, programs, { distribution: await freePort(), names: await freePort() });
    await broker.up();
    return broker;
  }

  /** Starts it after `kill` or `stop`. Throws BrokerStartError. */
  async up(): Promise<void> {
    this.#isWanted = true;
    await endOrphan(this.#options.folder, this.#options.clock);
    await writeBrokerFiles(this.#options);
    await this.#spawn();
  }

  /** Runs `rabbitmqctl` with these arguments; answers what it prints. */
  async control(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(join(this.#programs, 'rabbitmqctl'), ['-q', ...args], { env: this.#environment });
    return stdout;
  }

  /** Ends it in order; a broker that does not end in time is killed. */
  async stop(): Promise<void> {
    const { clock } = this.#options;
    const cancel = clock.after(STOP_MS, () => {
      this.#signal('SIGKILL');
    });
    await this.#end('SIGTERM');
    cancel();
    await this.#endNames();
  }

  /** Kills it as a failing machine would; it stays down. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #spawn(): Promise<void> {
    const { clock, folder } = this.#options;
    const child = spawn(join(this.#programs, 'rabbitmq-server'), [], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    const since = clock.monotonic();
    let said = '';
    let isUp = false;
    const started = new Promise<void>((resolve, reject) => {
      const hear = (text: Buffer): void => {
        said = (said + text.toString()).slice(-TAIL);
        isUp ||= said.includes(STARTED);
        if (isUp) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('error', (error) => {
        reject(new BrokerStartError(folder, error.message));
      });
      child.once('exit', (code, signal) => {
        reject(new BrokerStartError(folder, `it ended with ${code ?? signal}: ${lastLines(said)}`));
        if (isUp) this.#ended(child, clock.monotonic() - since);
      });
    });
    const noted = child.pid === undefined ? undefined : noteBroker(folder, child.pid);
    await Promise.all([started, noted]);
  }

  #ended(child: ChildProcess, ranMs: number): void {
    if (this.#child !== child || !this.#isWanted) return;
    this.#child = undefined;
    this.#failures = ranMs > STEADY_MS ? 0 : this.#failures + 1;
    this.#later();
  }

  #later(): void {
    const { clock, log } = this.#options;
    const pause = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    log.error('the broker has ended; it is started again', { pause });
    this.#cancel = clock.after(pause, () => {
      this.#spawn().catch((error: unknown) => {
        log.error('the broker does not start', { reason: String(error) });
        this.#failures += 1;
        if (this.#isWanted) this.#later();
      });
    });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#isWanted = false;
    this.#cancel();
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.#signal(signal);
    await ended;
    this.#child = undefined;
  }

  /** The whole group: the server is a child of a script. */
  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }

  /** Erlang's name server stays behind its broker, and ends only when it has noticed that the broker is gone. */
  async #endNames(): Promise<void> {
    for (let attempt = 0; attempt < NAMES_ATTEMPTS; attempt++) {
      const { stdout } = await run('epmd', ['-kill'], { env: this.#environment }).catch(() => ({ stdout: 'refused' }));
      if (stdout.startsWith('Killed')) return;
      await new Promise<void>((resolve) => this.#options.clock.after(NAMES_PAUSE_MS, resolve));
    }
  }
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-8).join('\n');
