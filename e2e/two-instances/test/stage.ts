import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Demo } from '@volttron-ts/demo';
import type { Logger } from '@volttron-ts/vip-core';

const quiet = (): void => undefined;
export const silent: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const POLL_MS = 50;

/** Settles with the first answer that is not undefined, or rejects saying what did not come. */
export async function until<T>(
  what: string,
  milliseconds: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`within ${milliseconds} ms there was not: ${what}`);
    await pause(POLL_MS);
  }
}

/** Processes that name a directory on their command line or as their home, this one excepted. */
export async function processesOf(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = async (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      const [line, environment] = await Promise.all([read('cmdline'), read('environ')]);
      return line.includes(directory) || environment.includes(`VOLTTRON_HOME=${directory}`) ? Number(pid) : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}

/** A directory of its own, with a short path: the addresses of both homes are in it, and may have 100 characters. */
export class Directory implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Directory> {
    return new Directory(await mkdtemp(join(tmpdir(), 'vt-')));
  }

  /** Ends what still runs in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of await processesOf(this.path)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        continue; // It has ended meanwhile.
      }
    }
    await until('the end of all processes', 10_000, async () =>
      (await processesOf(this.path)).length === 0 ? true : undefined,
    );
    await rm(this.path, { recursive: true, force: true });
  }
}

/** A started demonstration in a directory of its own; leaves nothing behind, however the test ends. */
export class Stage implements AsyncDisposable {
  readonly demo: Demo;
  readonly directory: Directory;

  private constructor(demo: Demo, directory: Directory) {
    this.demo = demo;
    this.directory = directory;
  }

  static async start(): Promise<Stage> {
    const directory = await Directory.make();
    const stage = new Stage(new Demo({ root: join(directory.path, 'd'), log: silent }), directory);
    try {
      await stage.demo.start();
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
    return stage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.demo.stop().catch(() => undefined);
    await this.directory[Symbol.asyncDispose]();
  }
}
