import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const room = join(import.meta.dirname, '../..');
const PYTHON = '/usr/bin/python3';

/** Where the scripts lie that Python runs. */
export const scripts = join(room, 'python');

/** A release line of modular VOLTTRON, as the package index has it. */
export interface PythonLine {
  readonly name: string;
  /** The Python module in `python/` that knows its API. */
  readonly module: 'line_10' | 'line_11';
  /** Its packages with versions and hashes, in `python/`. */
  readonly requirements: string;
  /** What its agents read for the number 1.0 that its router has rewritten: a binary float, taken for text. */
  readonly relayedOne: string;
}

export const lines: readonly PythonLine[] = [
  {
    name: 'volttron 10.0.5rc4',
    module: 'line_10',
    requirements: 'requirements-10.txt',
    relayedOne: '\u0000\u0000\u0080?',
  },
  {
    name: 'volttron-core 2.0.0rc38',
    module: 'line_11',
    requirements: 'requirements-11.txt',
    relayedOne: '\u0000\u0000\u0000\u0000\u0000\u0000\u00f0?',
  },
];

/**
 * The interpreter of a virtual environment that holds the packages of a line; made when it is not there yet, named for
 * what it holds.
 */
export async function interpreterOf({ requirements, module }: PythonLine): Promise<string> {
  const version = await pythonVersion();
  const file = join(scripts, requirements);
  const digest = createHash('sha256').update(version).update(readFileSync(file)).digest('hex').slice(0, 12);
  const folder = join(room, '.venv', `${module}-${digest}`);
  const interpreter = join(folder, 'bin/python');
  if (!existsSync(interpreter)) await install(folder, file);
  return interpreter;
}

/** Built under another name, so that half an environment is never taken for one. */
async function install(folder: string, requirements: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  await mkdir(join(room, '.venv'), { recursive: true });
  try {
    await run(PYTHON, ['-m', 'venv', '--without-pip', draft]);
    const pip = ['-m', 'pip', '--python', join(draft, 'bin/python'), '--disable-pip-version-check', '--no-input'];
    const exact = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', requirements];
    await run(PYTHON, [...pip, 'install', '--quiet', ...exact]);
    await rename(draft, folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${requirements} could not be installed: ${why}\nNeeded: Python 3.10 or 3.11 with pip, apt-get install python3 python3-pip`,
      {
        cause: error,
      },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function pythonVersion(): Promise<string> {
  const { stdout } = await run(PYTHON, ['--version']).catch((error: unknown) => {
    throw new Error(`${PYTHON} does not run. Install it with: apt-get install python3 python3-pip`, { cause: error });
  });
  return stdout.trim();
}
