import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SOURCES } from './vctl.ts';

/** A process of ours that goes on, and the messages of its log. */
export class Child {
  readonly messages: string[] = [];
  /** Settles with the exit code when the process has ended and all it wrote is read. */
  readonly ended: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #said = Promise.withResolvers<unknown>();
  #hear: () => void = () => undefined;

  constructor(script: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [SOURCES, script, ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...environment },
    });
    this.#process = child;
    this.ended = new Promise((resolve) => child.once('close', resolve));
    child.once('message', this.#said.resolve);
    createInterface({ input: child.stderr! }).on('line', (line) => {
      this.messages.push(messageOf(line));
      this.#hear();
    });
    void this.ended.then(() => {
      this.#said.reject(new Error(`it ended: ${this.messages.join('\n')}`));
      this.#hear();
    });
    this.#said.promise.catch(() => undefined);
  }

  /** What it tells its launcher when it serves; rejects when it ends before. */
  get ready(): Promise<unknown> {
    return this.#said.promise;
  }

  /** Settles when its log has said a message with this in it; rejects when it ends before. */
  async says(part: string): Promise<string> {
    for (;;) {
      const found = this.messages.find((message) => message.includes(part));
      if (found !== undefined) return found;
      if (this.#process.exitCode !== null) throw new Error(`it ended without "${part}":\n${this.messages.join('\n')}`);
      await new Promise<void>((resolve) => {
        this.#hear = resolve;
      });
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) this.#process.kill('SIGTERM');
    await this.ended;
  }
}

/** Name, level and message of a line of a log, which is JSON when nobody watches; any other line as it is. */
function messageOf(line: string): string {
  try {
    const { name, level, msg } = JSON.parse(line) as { name?: string; level?: number; msg?: string };
    return `${name} ${LEVELS[level ?? 0] ?? level}: ${msg}`;
  } catch {
    return line;
  }
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'DEBUG', 30: 'INFO', 40: 'WARNING', 50: 'ERROR' };
