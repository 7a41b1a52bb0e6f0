import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@volttron-ts/storage';

const path = (home: string): string => join(home, 'VOLTTRON_PID');

/** Says that a platform runs on the home, and its agents were started (reference/vip-zmq.md §6.1); takes a stale one's place. */
export async function writePidFile(home: string): Promise<void> {
  await writeFileAtomic(path(home), String(process.pid), { mode: 0o600 });
}

/** Removes what this process wrote; another's stays, that of a platform which would not let this one start. */
export async function removePidFile(home: string): Promise<void> {
  const text = await readFile(path(home), 'utf8').catch(() => '');
  if (text.trim() === String(process.pid)) await rm(path(home), { force: true });
}
