import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderInUseError } from './errors.ts';

const LAUNCHER = 'LAUNCHER_PID';
/** Written by a platform into its home. */
const PLATFORM = 'VOLTTRON_PID';
const POLL_MS = 100;

interface Owner {
  readonly name: string;
  readonly pid: number;
  readonly file: string;
}

/**
 * Empties a folder for this launcher's homes. Platforms that a killed launcher left end of themselves, and are awaited;
 * a launcher that lives is not disturbed.
 *
 * @returns what gives the folder up again; its content stays
 * @throws FolderInUseError
 */
export async function claimFolder(root: string, waitMs = 30_000): Promise<() => Promise<void>> {
  const file = join(root, LAUNCHER);
  const launcher = await ownerOf('npm start', file);
  if (launcher !== undefined) throw new FolderInUseError(root, [launcher]);
  const deadline = performance.now() + waitMs;
  for (let left = await platformsIn(root); left.length > 0; left = await platformsIn(root)) {
    if (performance.now() > deadline) throw new FolderInUseError(root, left);
    await sleep(POLL_MS);
  }
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true, mode: 0o700 });
  await writeFile(file, String(process.pid));
  return () => rm(file, { force: true });
}

async function platformsIn(root: string): Promise<Owner[]> {
  const names = await readdir(root).catch(() => []);
  const owners = await Promise.all(names.map((name) => ownerOf(name, join(root, name, PLATFORM))));
  return owners.filter((owner) => owner !== undefined);
}

/** The process that a file names, if it lives and is another than this one. */
async function ownerOf(name: string, file: string): Promise<Owner | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = /^\d{1,10}$/.test(text.trim()) ? Number(text) : 0;
  return pid > 0 && pid !== process.pid && lives(pid) ? { name, pid, file } : undefined;
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
