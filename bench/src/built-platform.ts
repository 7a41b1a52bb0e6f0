import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { descendants } from './process-memory.ts';
import { cpuSecondsOf } from './party-process.ts';
import { startReady } from './ready-child.ts';

const PLATFORM = join(import.meta.dirname, '..', '..', 'packages/platform/bin/volttron.js');

/** A platform as `npm run build` made it, on a home of its own, which goes with it. */
export class BuiltPlatform implements AsyncDisposable {
  readonly home: string;
  /** What it said of itself when it served. */
  readonly status: Readonly<Record<string, unknown>>;
  readonly #child: ChildProcess;

  private constructor(home: string, child: ChildProcess, status: Readonly<Record<string, unknown>>) {
    this.home = home;
    this.#child = child;
    this.status = status;
  }

  /** `config`: the lines below `[volttron]`; `prepare` puts files into the home before the start. */
  static async start(
    config: Readonly<Record<string, string>>,
    prepare: (home: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<BuiltPlatform> {
    const home = await mkdtemp(join(tmpdir(), 'bench-'));
    const lines = Object.entries(config).map(([key, value]) => `${key} = ${value}\n`);
    await writeFile(join(home, 'config'), `[volttron]\n${lines.join('')}`);
    await prepare(home);
    const { child, status } = await startReady(PLATFORM, [], { ...process.env, VOLTTRON_HOME: home });
    return new BuiltPlatform(home, child, status);
  }

  /** Of the platform and of all its children. */
  cpuSeconds(): number {
    const pid = this.#child.pid ?? 0;
    return [pid, ...descendants(pid)].map(cpuSecondsOf).reduce((sum, one) => sum + one, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    await rm(this.home, { recursive: true, force: true });
  }
}
