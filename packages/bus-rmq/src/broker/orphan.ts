import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { Clock } from '@volttron-ts/vip-core';

const PID_FILE = 'pid';
const LOOK_MS = 100;
/** How long a broker may take to end in order. */
const END_MS = 20_000;

/** Notes which process the broker in a folder is. */
export async function noteBroker(folder: string, pid: number): Promise<void> {
  await writeFile(join(folder, PID_FILE), String(pid), { mode: 0o600 });
}

/**
 * Ends the broker that a platform which was killed has left in a folder: it holds the ports, and nobody watches it. A
 * number that is another process by now is left alone.
 */
export async function endOrphan(folder: string, clock: Clock): Promise<void> {
  const pid = Number(await readFile(join(folder, PID_FILE), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1) return;
  const until = clock.monotonic() + END_MS;
  for (let signal: NodeJS.Signals = 'SIGTERM'; await isBrokerOf(pid, folder);) {
    signalGroup(pid, signal);
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    if (clock.monotonic() > until) signal = 'SIGKILL';
  }
}

/** By its environment, which names the folder. */
async function isBrokerOf(pid: number, folder: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(`RABBITMQ_MNESIA_BASE=${join(folder, 'mnesia')}`);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
