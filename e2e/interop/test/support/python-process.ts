import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const STOP_MS = 10_000;

/** A Python process with a home of its own: what it prints, line by line, and its end. */
export class PythonProcess {
  /** What it has written to standard error, for messages. */
  readonly errors: string[] = [];
  /** Settles when it has ended and all it wrote is read, with the exit code, null after a signal. */
  readonly ended: Promise<number | null>;
  readonly #process: ChildProcessWithoutNullStreams;
  #hear: (() => void)[] = [];

  constructor(interpreter: string, args: readonly string[], home: string, cwd = home) {
    // Python 11 keeps a registry below HOME, both lines a list of instances.
    const environment = { HOME: home, VOLTTRON_HOME: home, PYTHONDONTWRITEBYTECODE: '1', PATH: process.env['PATH'] };
    this.#process = spawn(interpreter, args, { cwd, env: environment });
    this.ended = once(this.#process, 'close').then(([code]) => code as number | null);
    createInterface({ input: this.#process.stderr }).on('line', (line) => {
      this.errors.push(line);
      this.#wake();
    });
    this.#process.stdin.on('error', () => undefined);
    void this.ended.then(() => {
      this.#wake();
    });
  }

  onLine(listener: (line: string) => void): void {
    createInterface({ input: this.#process.stdout }).on('line', listener);
  }

  write(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Settles when it has said a line with each of these in it on standard error, in any order. */
  async says(...parts: readonly string[]): Promise<void> {
    for (;;) {
      const missing = parts.find((part) => !this.errors.some((line) => line.includes(part)));
      if (missing === undefined) return;
      if (!this.running) throw new Error(`It ended without "${missing}":\n${this.errors.slice(-30).join('\n')}`);
      await new Promise<void>((resolve) => this.#hear.push(resolve));
    }
  }

  /** Closes its input and asks it to stop; kills it when it has not after ten seconds. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#process.stdin.end();
    if (this.running) this.#process.kill(signal);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #wake(): void {
    const waiting = this.#hear;
    this.#hear = [];
    for (const wake of waiting) wake();
  }
}
