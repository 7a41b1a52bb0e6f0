import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { onTestFinished } from 'vitest';

const execute = promisify(execFile);

/** A folder of the running test's own, removed after it. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pki-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The other implementations to agree with, and the Debian package of each. */
const programs = { openssl: 'openssl', certtool: 'gnutls-bin', ocsptool: 'gnutls-bin' } as const;

/** Runs a program and answers what it prints. */
export async function run(program: keyof typeof programs, ...parameters: string[]): Promise<string> {
  try {
    const { stdout } = await execute(program, parameters);
    return stdout;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw isMissing ? new Error(`${program} is missing: apt-get install ${programs[program]}`) : error;
  }
}

export const openssl = (...parameters: string[]): Promise<string> => run('openssl', ...parameters);
