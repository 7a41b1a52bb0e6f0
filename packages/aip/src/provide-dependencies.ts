import { access, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import type { AgentPackage } from './agent-package.ts';
import { PlatformPackageError } from './errors.ts';
import { npm } from './npm.ts';

type Needs = Pick<AgentPackage, 'provided' | 'foreign'>;

/**
 * Gives an unpacked package what it needs to run: links to the platform's own packages, and what it does not bundle of
 * the others from npm's registry, without running their scripts.
 *
 * @throws PlatformPackageError, NpmFailedError
 */
export async function provideDependencies(root: string, { provided, foreign }: Needs): Promise<void> {
  const modules = join(root, 'node_modules');
  if (!(await hasAll(modules, Object.keys(foreign)))) await installForeign(root, modules, foreign);
  const ours = join(modules, '@volttron-ts');
  // A bundled copy would be a second one beside the platform's.
  await rm(ours, { recursive: true, force: true });
  if (provided.length > 0) await mkdir(ours, { recursive: true });
  for (const name of provided) await symlink(platformPackage(name), join(modules, name));
}

async function hasAll(modules: string, names: readonly string[]): Promise<boolean> {
  const there = names.map((name) => access(join(modules, name, 'package.json')));
  return (await Promise.allSettled(there)).every(({ status }) => status === 'fulfilled');
}

/** Beside the package, whose own manifest may name packages that are in no registry. */
async function installForeign(root: string, modules: string, foreign: AgentPackage['foreign']): Promise<void> {
  const place = await mkdtemp(join(dirname(root), 'npm-'));
  await writeFile(join(place, 'package.json'), JSON.stringify({ private: true, dependencies: foreign }));
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  await npm(['install', '--omit=dev', '--omit=peer', '--ignore-scripts', '--install-links', ...quiet], place);
  await rm(modules, { recursive: true, force: true });
  await rename(join(place, 'node_modules'), modules);
  await rm(place, { recursive: true, force: true });
}

/** The folder of one of the platform's packages, as this package itself would import it. */
function platformPackage(name: string): string {
  const manifest = findOwn(name);
  if (manifest === undefined) throw new PlatformPackageError(name);
  return dirname(manifest);
}

/** The `package.json` of a package that is installed with the platform. */
export function findOwn(name: string): string | undefined {
  try {
    return findPackageJSON(name, import.meta.url);
  } catch {
    return undefined;
  }
}
