import { copyFile, link, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { agentPaths } from './agent-paths.ts';
import type { InstalledAgent } from './installed-agent.ts';

type Place = Pick<InstalledAgent, 'folder' | 'name'>;

/**
 * Gives an agent's successor everything the agent keeps: its agent-data, its tag and priority, and whatever it wrote
 * beside its code (`data/`, databases in the working folder). The files are linked, so that this takes no time and no
 * space, and the old agent stays whole. What the successor's package brings along is not replaced.
 */
export async function carryOver(old: InstalledAgent, next: Place): Promise<void> {
  const [from, to] = [agentPaths(old), agentPaths(next)];
  for (const word of ['TAG', 'AUTOSTART']) await linkFile(join(old.folder, word), join(next.folder, word));
  const code = await recordedFiles(from.record);
  const dataFolders = (await readdir(from.package)).filter((name) => name.endsWith('.agent-data'));
  for (const name of dataFolders) await linkTree(join(from.package, name), to.data, () => true);
  const notKept = new Set(['node_modules', 'package.json', ...dataFolders]);
  await linkTree(from.package, to.package, (path) => {
    const [top = '', name = ''] = [path.split('/')[0], path.split('/').at(-1)];
    if (notKept.has(top) || top.endsWith('.dist-info') || name === '__pycache__') return false;
    // Without a list of its code there is no telling code from data, but for the folder's name.
    return code === undefined ? top === 'data' : !code.has(path);
  });
}

/** The files that came with the package, as a wheel lists them; undefined when there is no list. */
async function recordedFiles(record: string): Promise<Set<string> | undefined> {
  const text = await readFile(record, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : new Set(text.split('\n').map(firstField));
}

/** A path with a comma or a quotation mark stands in quotation marks, as in any CSV. */
function firstField(line: string): string {
  const quoted = /^"((?:[^"]|"")*)"/.exec(line)?.[1];
  return quoted?.replaceAll('""', '"') ?? line.split(',', 1)[0] ?? '';
}

/** The lines of a `RECORD`; sizes and digests may be empty there. */
export function formatRecord(files: readonly string[]): string {
  return files.map((file) => `${/[",\n]/.test(file) ? `"${file.replaceAll('"', '""')}"` : file},,\n`).join('');
}

async function linkTree(from: string, to: string, wanted: (path: string) => boolean, root = from): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (!wanted(relative(root, source))) continue;
    if (entry.isDirectory()) {
      await linkTree(source, target, wanted, root);
    } else if (entry.isFile()) {
      await mkdir(to, { recursive: true });
      await linkFile(source, target);
    }
  }
}

/** Some file systems have no links; then it is copied. */
async function linkFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' || code === 'ENOENT') return;
    await copyFile(from, to);
  }
}
