import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

/** A folder of the running test's own, removed after it. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'auth-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const golden = (name: string): string => fileURLToPath(new URL(`./golden/${name}`, import.meta.url));

/** A copy of a golden home, to be written to. */
export async function goldenHome(name: 'vhomeA' | 'vhomeB'): Promise<string> {
  const folder = await scratchFolder();
  await cp(golden(name), folder, { recursive: true });
  return folder;
}

/** Runs a file of `children/` as a process of its own, as another user if `uid` is given. */
export function startChild(name: string, args: readonly string[], uid?: number): ChildProcessWithoutNullStreams {
  const script = fileURLToPath(new URL(`./children/${name}.ts`, import.meta.url));
  return spawn(process.execPath, [...process.execArgv, script, ...args], uid === undefined ? {} : { uid, gid: uid });
}
