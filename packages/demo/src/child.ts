import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { ChildEndedError } from './errors.ts';

export interface ChildOptions {
  /** For messages: `volttron-server`, `forwarder`. */
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Gets everything the child prints. */
  readonly logFile: string;
}

const STOP_MS = 15_000;
const END_WITH_LAUNCHER = import.meta.resolve(`./end-with-launcher${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`);

/** A Node process of ours in a process group of its own, so that a Ctrl-C reaches it only through us; it ends with us. */
export class Child {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #exit: Promise<number | null>;
  readonly #ready = Promise.withResolvers<unknown>();

  constructor(options: ChildOptions) {
    this.name = options.name;
    // The file itself, so that a process which ends after its launcher can still say so.
    const log = openSync(options.logFile, 'a', 0o600);
    const child = spawn(
      process.execPath,
      [...conditions(), `--import=${END_WITH_LAUNCHER}`, options.script, ...options.args],
      {
        detached: true,
        stdio: ['ignore', log, log, 'ipc'],
        env: { ...process.env, ...options.environment },
      },
    );
    closeSync(log);
    child.on('message', (message) => {
      this.#ready.resolve(message);
    });
    this.#process = child;
    this.#exit = once(child, 'exit').then(([code]) => {
      this.#ready.reject(new ChildEndedError(this.name, code as number | null, options.logFile));
      return code as number | null;
    });
    this.#ready.promise.catch(() => undefined);
  }

  /** What the child says when it serves; rejects when it ends before. */
  async ready(): Promise<unknown> {
    return this.#ready.promise;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Settles when the child has ended, with its exit code, null after a signal. */
  async exited(): Promise<number | null> {
    return this.#exit;
  }

  /** Asks it to stop, and kills it if it has not after 15 seconds. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.kill();
    }, STOP_MS);
    await this.#exit;
    clearTimeout(timer);
  }

  /** Ends it at once, as a crash would. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Children run from the sources when we do. */
const conditions = (): string[] => process.execArgv.filter((argument) => argument.startsWith('--conditions='));
