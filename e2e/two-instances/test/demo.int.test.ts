import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Directory, processesOf, Stage } from './stage.ts';

const script = fileURLToPath(new URL('../../../packages/demo/src/main.ts', import.meta.url));
const figures = ['published', 'stored', 'lost', 'duplicates', 'p50LagMs', 'p99LagMs', 'startupMs'];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm start` without npm, in a process group of its own. */
class Launcher {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  #heard: () => void = () => undefined;

  constructor(directory: Directory, args: readonly string[], environment: Record<string, string> = {}) {
    this.process = spawn(process.execPath, ['--conditions=@volttron-ts/source', script, ...args], {
      cwd: directory.path,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#heard();
    });
    this.ended = once(this.process, 'close').then(([code]) => {
      this.#heard();
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** Settles when standard error has a text. */
  async says(text: string): Promise<void> {
    while (!this.stderr.includes(text)) {
      if (this.process.exitCode !== null) throw new Error(`it ended without saying "${text}":\n${this.stderr}`);
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }
}

const lastLine = (text: string): Record<string, number> =>
  JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Record<string, number>;

describe('the demonstration', () => {
  it('brings at least 5,000 readings into the other instance’s history in 20 s, each once', async () => {
    await using stage = await Stage.start();
    const { demo, directory } = stage;
    await demo.approve(await demo.waitingKey());
    await pause(20_000);
    const result = await demo.finish();
    expect(result).toMatchObject({ stored: result.published, lost: 0, duplicates: 0 });
    expect(result.published).toBeGreaterThanOrEqual(5000);
    expect(result.p50LagMs).toBeGreaterThan(0);
    expect(await processesOf(directory.path)).toEqual([]);
    console.info(JSON.stringify({ ...result, startupMs: demo.startupMs }));
  });
});

describe('npm start', () => {
  it('prints one JSON object on standard output, all else on standard error, and ends 0', async () => {
    await using directory = await Directory.make();
    const launcher = new Launcher(directory, ['--seconds', '3', '--yes', '--json']);
    const { code, stdout, stderr } = await launcher.ended;
    expect(stdout, stderr).toMatch(/^\{[^\n]*\}\n$/);
    const result = lastLine(stdout);
    expect(Object.keys(result)).toEqual(figures);
    expect(result).toMatchObject({ stored: result['published'], lost: 0, duplicates: 0 });
    expect(result['published']).toBeGreaterThan(0);
    expect(Object.values(result).every((figure) => Number.isFinite(figure))).toBe(true);
    expect(stderr).toContain('Approving it, as --yes says.');
    expect(code, stderr).toBe(0);
    expect(await processesOf(directory.path)).toEqual([]);
  });

  it('finds the double when an answer to a publisher is lost and nobody recognises what comes again, and ends 1', async () => {
    await using directory = await Directory.make();
    const environment = { VOLTTRON_TEST_FAULT: 'lose-answer' };
    const launcher = new Launcher(directory, ['--seconds', '3', '--yes', '--json'], environment);
    const { code, stdout, stderr } = await launcher.ended;
    expect(lastLine(stdout)['duplicates'], stderr).toBeGreaterThan(0);
    expect(code).toBe(1);
  });

  it('takes its processes along when it is killed, and lets nobody empty its folder before', async () => {
    await using directory = await Directory.make();
    const killed = new Launcher(directory, ['--yes']);
    await killed.says('First reading');
    const second = await new Launcher(directory, ['--yes', '--seconds', '1']).ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(
      `runs in ${join(directory.path, '.demo')} already: npm start (process ${killed.process.pid})`,
    );
    expect(second.stderr).toContain(`kill ${killed.process.pid}`);
    killed.process.kill('SIGKILL');
    const third = await new Launcher(directory, ['--yes', '--seconds', '1', '--json']).ended;
    expect(third.code, third.stderr).toBe(0);
    expect(lastLine(third.stdout)).toMatchObject({ lost: 0, duplicates: 0 });
    expect(await processesOf(directory.path)).toEqual([]);
  });

  it('stops once, in order and losing nothing, when a terminal and npm each send SIGINT', async () => {
    await using directory = await Directory.make();
    const launcher = new Launcher(directory, ['--yes', '--json']);
    await launcher.says('to store');
    const pid = launcher.process.pid ?? 0;
    process.kill(-pid, 'SIGINT');
    process.kill(pid, 'SIGINT');
    await launcher.says('Stopping');
    process.kill(pid, 'SIGINT');
    const { code, stdout, stderr } = await launcher.ended;
    expect(stderr.split('Stopping')).toHaveLength(2);
    const result = lastLine(stdout);
    expect(result).toMatchObject({ stored: result['published'], lost: 0, duplicates: 0 });
    expect(result['published']).toBeGreaterThan(0);
    expect(code, stderr).toBe(0);
    expect(await processesOf(directory.path)).toEqual([]);
    expect(await errorsIn(join(directory.path, '.demo'))).toEqual([]);
  });
});

/** What the processes of both homes logged as errors: an orderly stop has none. */
async function errorsIn(root: string): Promise<string[]> {
  const all = await readdir(root, { recursive: true });
  const files = all.filter((name) => name.endsWith('.log')).toSorted();
  expect(files).toEqual([
    ...['audit', 'forwarder', 'listener', 'replay-driver', 'sysmon', 'volttron'].map(
      (name) => `volttron-client/${name}.log`,
    ),
    ...['audit', 'platform.historian', 'volttron'].map((name) => `volttron-server/${name}.log`),
  ]);
  const texts = await Promise.all(files.map(async (name) => readFile(join(root, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n').filter((line) => /"level":("error"|[56]0)|Error:/.test(line)));
}
