import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentInvalidError, AgentUnknownError } from './errors.ts';
import { agentPaths, agentsFolder, REPLACES } from './agent-paths.ts';
import type { InstalledAgent } from './installed-agent.ts';

/**
 * The installed agents, by name. A folder that is none is passed over, and so is one whose successor is in place
 * already: of a re-installation one sees the old agent or the new one.
 */
export async function installedAgents(home: string): Promise<InstalledAgent[]> {
  const folder = agentsFolder(home);
  const names = await readdir(folder).catch(() => []);
  const uuids = names.filter((name) => !name.startsWith('.'));
  const agents = await Promise.all(uuids.map((uuid) => readAgent(join(folder, uuid), uuid)));
  const replaced = new Set(await Promise.all(uuids.map((uuid) => readWord(join(folder, uuid, REPLACES)))));
  return agents
    .filter((agent) => agent !== undefined)
    .filter(({ uuid }) => !replaced.has(uuid))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en') || a.uuid.localeCompare(b.uuid, 'en'));
}

/** The installed agent of this UUID. Throws AgentInvalidError, AgentUnknownError. */
export async function findAgent(home: string, uuid: string): Promise<InstalledAgent> {
  checkUuid(uuid);
  const agent = (await installedAgents(home)).find((candidate) => candidate.uuid === uuid);
  if (agent === undefined) throw new AgentUnknownError(uuid);
  return agent;
}

/** Whether a text can name an agent, and no other folder. Throws AgentInvalidError. */
export function checkUuid(uuid: string): void {
  if (uuid === '' || uuid.startsWith('.') || /[/\0]/.test(uuid)) throw new AgentInvalidError(uuid);
}

/** The agent in a folder; undefined when it holds none. */
export async function readAgent(folder: string, uuid: string): Promise<InstalledAgent | undefined> {
  const names = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const name = names.find((entry) => entry.isDirectory() && !entry.name.startsWith('.'))?.name;
  const identity = await readWord(join(folder, 'IDENTITY'));
  if (name === undefined || identity === undefined) return undefined;
  const paths = agentPaths({ folder, name });
  const manifest = parse(await readWord(join(paths.package, 'package.json')));
  return {
    uuid,
    name,
    version: versionOf(manifest, name),
    identity,
    tag: await wordOrNull(join(folder, 'TAG')),
    priority: await wordOrNull(join(folder, 'AUTOSTART')),
    publickey: publicKeyIn(await readWord(paths.keyStore)),
    folder,
    kind: manifest === undefined ? await foreignKind(paths.info) : 'node',
  };
}

function versionOf(manifest: Record<string, unknown> | undefined, name: string): string {
  const version = manifest?.['version'];
  return typeof version === 'string' ? version : name.slice(name.lastIndexOf('-') + 1);
}

/** METADATA is what every Python wheel has, and none of our agents. */
async function foreignKind(info: string): Promise<'python' | 'broken'> {
  const found = await stat(join(info, 'METADATA')).catch(() => undefined);
  return found === undefined ? 'broken' : 'python';
}

async function readWord(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return undefined;
  }
}

async function wordOrNull(path: string): Promise<string | null> {
  const word = await readWord(path);
  return word === undefined || word === '' ? null : word;
}

function publicKeyIn(text: string | undefined): string {
  const key = parse(text)?.['public'];
  return typeof key === 'string' ? key : '';
}

function parse(text = ''): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
