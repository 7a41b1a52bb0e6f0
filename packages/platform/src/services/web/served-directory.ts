import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { RouteRefusedError } from '../../errors.ts';

/**
 * The real path of a directory that an agent wants served. Throws RouteRefusedError unless it is one, apart from the
 * platform's home: of that only what lies in an installed agent's package may be, without its keys and configuration.
 */
export async function servedDirectory(home: string, given: string): Promise<string> {
  const refuse = (why: string, remedy: string): never => {
    throw new RouteRefusedError('root_dir', given, why, remedy);
  };
  if (!isAbsolute(given)) refuse('it is no absolute path', 'Write the whole path, beginning with "/".');
  const directory = await realDirectory(given);
  if (directory === undefined) return refuse('it is no directory that the platform can read', 'Name an existing one.');
  if (!holds(directory, home) && (!holds(home, directory) || isInPackage(home, directory))) return directory;
  return refuse("the platform's home with its keys is in it", 'Put the files into a directory of their own.');
}

/** A folder of an agent's package, `agents/<uuid>/<name>/<folder>`; its key store is in `<name>.dist-info`. */
function isInPackage(home: string, directory: string): boolean {
  const agents = join(home, 'agents');
  const [uuid, name, folder] = relative(agents, directory).split(sep);
  return holds(agents, directory) && ![uuid, name, folder].includes(undefined) && !folder?.endsWith('.dist-info');
}

async function realDirectory(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    return (await stat(real)).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a directory is or holds a path. */
function holds(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}
