import { open, readdir, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { AgentInstaller } from '../src/index.ts';
import { temporary, tinyArchive } from './support/home.ts';

/** The inodes of what is brought onto the disk from now on, in that order. */
async function watchSyncs(): Promise<number[]> {
  const handle = await open(import.meta.filename);
  const methods = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const inodes: number[] = [];
  const sync = Reflect.get<FileHandle, 'sync'>(methods, 'sync');
  vi.spyOn(methods, 'sync').mockImplementation(async function (this: FileHandle) {
    inodes.push((await this.stat()).ino);
    await sync.call(this);
  });
  return inodes;
}

it('an installed agent is on the disk, every file and folder of it before the name of its place', async () => {
  const home = await temporary();
  const archive = await tinyArchive({ files: { 'lib/deep/a.js': '1', 'node_modules/x/index.js': '2' } });
  const synced = await watchSyncs();
  const { folder } = await new AgentInstaller({ home }).install({ archive, identity: 'one', force: false });
  vi.restoreAllMocks();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
  expect(paths.length).toBeGreaterThan(10);
  const missing = [];
  for (const path of [...paths, folder]) if (!synced.includes((await stat(path)).ino)) missing.push(path);
  expect(missing).toEqual([]);
  expect(synced.at(-1)).toBe((await stat(join(home, 'agents'))).ino);
});
