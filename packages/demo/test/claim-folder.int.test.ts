import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimFolder } from '../src/claim-folder.ts';

let root: string;
let other: ChildProcess;

beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'claim-')), '.demo');
  await mkdir(join(root, 'volttron-server'), { recursive: true });
  other = spawn(process.execPath, ['--eval', 'setInterval(() => 0, 1e6)'], { stdio: 'ignore' });
  await once(other, 'spawn');
});

afterEach(async () => {
  other.kill('SIGKILL');
  await rm(join(root, '..'), { recursive: true });
});

const tell = (file: string): Promise<void> => writeFile(join(root, file), String(other.pid));

it('leaves the folder of a living launcher alone, and says how to stop that', async () => {
  await tell('LAUNCHER_PID');
  await expect(claimFolder(root)).rejects.toMatchObject({
    code: 'folder-in-use',
    message: `A demonstration runs in ${root} already: npm start (process ${other.pid}).`,
    remedy: expect.stringContaining(`kill ${other.pid}`) as string,
  });
  expect(await readdir(root)).toEqual(['LAUNCHER_PID', 'volttron-server']);
});

it('waits for the platforms that a killed launcher left', async () => {
  await tell('volttron-server/VOLTTRON_PID');
  let claimed = false;
  const claim = claimFolder(root).then((release) => {
    claimed = true;
    return release;
  });
  await expect(claimFolder(root, 0)).rejects.toThrow(`volttron-server (process ${other.pid})`);
  expect(claimed).toBe(false);
  other.kill('SIGKILL');
  const release = await claim;
  expect(await readdir(root)).toEqual(['LAUNCHER_PID']);
  expect(await readFile(join(root, 'LAUNCHER_PID'), 'utf8')).toBe(String(process.pid));
  await release();
  expect(await readdir(root)).toEqual([]);
});

it.each(['', 'nobody', '0', '-1', '4194305'])('takes a folder whose process is %j', async (pid) => {
  await writeFile(join(root, 'LAUNCHER_PID'), pid);
  await writeFile(join(root, 'volttron-server/VOLTTRON_PID'), pid);
  await claimFolder(root);
  expect(await readdir(root)).toEqual(['LAUNCHER_PID']);
});
