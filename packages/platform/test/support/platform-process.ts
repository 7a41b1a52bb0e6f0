import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningAgent } from '@volttron-ts/agent';
import { services } from '@volttron-ts/vip-core';
import { onTestFinished } from 'vitest';
import type { PlatformStatus } from '../../src/index.ts';
import { eventually } from './eventually.ts';
import { enterPlatform, Operator } from './test-platform.ts';

const program = fileURLToPath(new URL('../../bin/volttron.js', import.meta.url));

/** A home whose platforms are processes that can be killed; it ends with the test, and so do its agents. */
export class PlatformHome {
  readonly home: string;
  readonly #children: ChildProcess[] = [];
  #operator: RunningAgent | undefined;

  private constructor(home: string) {
    this.home = home;
  }

  static async make(config = ''): Promise<PlatformHome> {
    const home = await mkdtemp(join(tmpdir(), 'platform-home-'));
    await writeFile(join(home, 'config'), `[volttron]\ninstance-name = campus\n${config}\n`);
    const made = new PlatformHome(home);
    onTestFinished(async () => {
      await made.#end();
    });
    return made;
  }

  /** Settles when it serves. */
  async start(): Promise<PlatformProcess> {
    const child = fork(program, ['--home', this.home, '-v'], {
      execArgv: ['--conditions=@volttron-ts/source'],
      silent: true,
    });
    this.#children.push(child);
    const platform = new PlatformProcess(child);
    const status = await platform.status();
    await this.#operator?.stop();
    this.#operator = await enterPlatform(this.home, status, services.controlConnection);
    platform.operator = new Operator(this.#operator);
    return platform;
  }

  /** Settles with the text of VOLTTRON_PID when it names that process. */
  pidFile(pid: number | undefined): Promise<string> {
    return eventually(async () => {
      const text = await readFile(join(this.home, 'VOLTTRON_PID'), 'utf8').catch(() => '');
      return text === String(pid) ? text : undefined;
    });
  }

  /** A platform that ends takes its agents along; only one that was killed has left some. */
  async #end(): Promise<void> {
    await this.#operator?.stop();
    const last = this.#children.at(-1);
    if (last?.exitCode === null && last.signalCode === null) {
      last.kill('SIGTERM');
      await once(last, 'exit');
    }
    for (const uuid of await readdir(join(this.home, 'agents')).catch(() => [])) {
      const record = await readFile(join(this.home, 'agents', uuid, 'PROCESS'), 'utf8').catch(() => '{}');
      const { pid } = JSON.parse(record) as { pid?: number };
      if (pid !== undefined) endGroup(pid);
    }
    await rm(this.home, { recursive: true, force: true });
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

export class PlatformProcess {
  readonly child: ChildProcess;
  operator!: Operator;
  /** Everything it printed. */
  output = '';
  readonly #status: Promise<PlatformStatus>;

  constructor(child: ChildProcess) {
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.#status = new Promise((resolve, reject) => {
      child.once('message', (message) => {
        resolve(message as PlatformStatus);
      });
      child.once('exit', (code) => {
        reject(new Error(`volttron ended with ${code}: ${this.output}`));
      });
    });
    this.#status.catch(() => undefined);
  }

  status(): Promise<PlatformStatus> {
    return this.#status;
  }

  /** Ends it; answers its exit code, null after a signal that it does not handle. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }

  /** Settles with its exit code. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const [code] = (await once(this.child, 'exit')) as [number | null];
    return code;
  }
}
