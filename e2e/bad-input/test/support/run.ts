import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const NOBODY = 65_534;
const fileOf = (name: string, file: string): string =>
  join(dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`))), file);

const programs = {
  volttron: fileOf('@volttron-ts/platform', 'bin/volttron.js'),
  'volttron-agent': fileOf('@volttron-ts/connect', 'bin/volttron-agent.js'),
};

export interface Run {
  readonly program: keyof typeof programs;
  readonly args: readonly string[];
  readonly home: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Gives up root, to whom every file is readable; ignored when we are not root. */
  readonly asNobody?: boolean;
  /** Keep a channel on which a platform or an agent says that it serves. */
  readonly told?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const started = new Set<ChildProcess>();

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** One of our programs in a process of its own, from the sources. */
export class Running {
  readonly child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  constructor({ program, args, home, environment, asNobody = false, told = false }: Run) {
    const drops = asNobody && process.getuid?.() === 0;
    this.child = spawn(process.execPath, ['--conditions=@volttron-ts/source', programs[program], ...args], {
      stdio: ['ignore', 'pipe', 'pipe', ...(told ? (['ipc'] as const) : [])],
      env: { PATH: process.env['PATH'], VOLTTRON_HOME: home, ...environment },
      ...(drops ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#closed = once(this.child, 'close');
    started.add(this.child);
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** What it says when it serves; rejects with what it printed when it ends before. */
  async told(): Promise<unknown> {
    const first = await Promise.race([once(this.child, 'message'), this.#closed.then(() => undefined)]);
    if (first === undefined) throw new Error(`it ended: ${this.#stderr}`);
    return first[0];
  }

  /** Settles when its standard error holds the text. */
  async says(text: string): Promise<void> {
    while (!this.#stderr.includes(text)) await once(this.child.stderr!, 'data');
  }

  async ended(): Promise<Ended> {
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  async stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.ended();
  }
}

/** Runs a program to its end. */
export const run = async (what: Run): Promise<Ended> => new Running(what).ended();
