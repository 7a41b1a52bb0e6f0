import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Child } from '../src/child.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'child-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function start(source: string): Promise<Child> {
  const script = join(folder, 'script.mjs');
  await writeFile(script, source);
  return new Child({ name: 'script', script, args: [], environment: {}, logFile: join(folder, 'log') });
}

it('settles ready with what the process says, and stops it', async () => {
  const child = await start(
    "process.on('SIGTERM', () => process.exit(0)); setInterval(() => 0, 1e6); process.send({ ok: 1 });",
  );
  expect(await child.ready()).toEqual({ ok: 1 });
  await child.stop();
  expect([child.running, await child.exited()]).toEqual([false, 0]);
});

it('says which log to read when the process ends before it is ready', async () => {
  const child = await start("console.error('no luck'); process.exit(3);");
  await expect(child.ready()).rejects.toMatchObject({
    code: 'child-ended',
    remedy: expect.stringContaining('log') as string,
  });
  expect(await readFile(join(folder, 'log'), 'utf8')).toContain('no luck');
});

it('ends a process when its launcher is killed', async () => {
  const script = join(folder, 'script.mjs');
  await writeFile(script, "process.on('SIGTERM', () => process.exit(0)); setInterval(() => 0, 1e6); process.send(1);");
  const launcher = spawn(process.execPath, [
    '--conditions=@volttron-ts/source',
    join(import.meta.dirname, 'support/launch-child.ts'),
    ...[script, join(folder, 'log')],
  ]);
  const [said] = (await once(launcher.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  process.kill(pid, 0);
  launcher.kill('SIGKILL');
  await vi.waitFor(() => {
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  }, 10_000);
});

it('ends a process at once when it is to be killed', async () => {
  const child = await start("process.on('SIGTERM', () => 0); process.send(1); setInterval(() => 0, 1e6);");
  await child.ready();
  child.kill();
  expect(await child.exited()).toBe(null);
});
