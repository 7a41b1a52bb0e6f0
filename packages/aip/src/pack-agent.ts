import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { FileMissingError, readJsonFile } from '@volttron-ts/storage';
import { readAgentPackage } from './agent-package.ts';
import { AgentFileInvalidError, AgentPackageError } from './errors.ts';
import { npm } from './npm.ts';
import { findOwn } from './provide-dependencies.ts';

export interface PackedAgent {
  /** A tarball as `npm pack` makes it. */
  readonly file: string;
  /** Removes the tarball when it was made for this; never a file of the user's. */
  readonly cleanup: () => Promise<void>;
}

/**
 * Makes the tarball of an agent: from a folder with a `package.json`, from a tarball (itself), or by a package's name: one
 * that is installed with the platform, else one of npm's registry.
 *
 * @throws AgentPackageError, NpmFailedError
 */
export async function packAgent(pathOrName: string, cwd = process.cwd()): Promise<PackedAgent> {
  const path = resolve(cwd, pathOrName);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return wholeFile(path);
  if (found?.isDirectory() === true) return packFolder(path);
  if (!NAME.test(pathOrName) || ARCHIVE.test(pathOrName))
    throw new AgentFileInvalidError(pathOrName, 'Name a folder, a .tgz file or a package.');
  const manifest = findOwn(pathOrName);
  return manifest === undefined ? pack([pathOrName, '--ignore-scripts']) : packFolder(dirname(manifest));
}

const ARCHIVE = /\.(tgz|tar\.gz|whl)$/;
/** A package's name, and possibly which of its versions. */
const NAME = /^(@[a-z0-9_~.-]+\/)?[a-z0-9][a-z0-9_~.-]*(@[^/\s]+)?$/;
const PYTHON = 'Python agents are installed by Python VOLTTRON; its home can then be taken over.';

async function wholeFile(path: string): Promise<PackedAgent> {
  const file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0).finally(() => file.close());
  // RFC 1952 §2.3.1
  if (buffer[0] !== 0x1f || buffer[1] !== 0x8b)
    throw new AgentFileInvalidError(path, path.endsWith('.whl') ? PYTHON : 'Name a tarball as npm pack makes it.');
  return { file: path, cleanup: () => Promise.resolve() };
}

async function packFolder(folder: string): Promise<PackedAgent> {
  try {
    readAgentPackage(folder, await readJsonFile(join(folder, 'package.json')));
  } catch (error) {
    if (!(error instanceof FileMissingError)) throw error;
    const python = await stat(join(folder, 'setup.py')).catch(() => undefined);
    const remedy = python === undefined ? 'Name a folder with a package.json.' : PYTHON;
    throw new AgentPackageError(folder, 'it has no package.json', remedy, error);
  }
  return pack([folder]);
}

async function pack(args: readonly string[]): Promise<PackedAgent> {
  const place = await mkdtemp(join(tmpdir(), 'volttron-agent-'));
  const cleanup = (): Promise<void> => rm(place, { recursive: true, force: true });
  try {
    await npm(['pack', ...args, '--pack-destination', place, '--loglevel=error'], place);
    const file = (await readdir(place)).find((name) => name.endsWith('.tgz'));
    if (file === undefined) throw new AgentPackageError(args[0] ?? '', 'npm made no tarball of it', 'Try npm pack.');
    return { file: join(place, file), cleanup };
  } catch (error) {
    await cleanup();
    throw error;
  }
}
