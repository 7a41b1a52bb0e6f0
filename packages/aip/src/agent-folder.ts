import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@volttron-ts/storage';
import { agentsFolder, STAGING } from './agent-paths.ts';
import { AgentUnknownError, PriorityInvalidError, TagInvalidError } from './errors.ts';
import { checkUuid, installedAgents } from './installed-agents.ts';

const TAG_LENGTH = 64;

/** Gives an installed agent its tag; null takes it away. Throws AgentInvalidError, AgentUnknownError, TagInvalidError. */
export async function setTag(home: string, uuid: string, tag: string | null): Promise<void> {
  if (tag !== null) checkTag(tag);
  await writeWord(join(await agentFolder(home, uuid), 'TAG'), tag);
}

/**
 * Lets an installed agent start with the platform, or not any more (null); "5" is kept as "05".
 *
 * @throws AgentInvalidError, AgentUnknownError, PriorityInvalidError
 */
export async function setPriority(home: string, uuid: string, priority: string | null): Promise<void> {
  const text = priority === null ? null : checkPriority(priority);
  await writeWord(join(await agentFolder(home, uuid), 'AUTOSTART'), text);
}

/**
 * Takes an agent out of the home: at once for everybody who looks, then its files. Its process must have ended, and its
 * auth entry is the caller's.
 */
export async function removeAgent(home: string, uuid: string): Promise<void> {
  const folder = await agentFolder(home, uuid);
  const away = await mkdtemp(join(agentsFolder(home), STAGING));
  await rename(folder, join(away, uuid));
  await rm(away, { recursive: true, force: true });
}

/** The UUID of the installed agent with this identity, null when there is none. */
export async function identityExists(home: string, identity: string): Promise<string | null> {
  const agents = await installedAgents(home);
  return agents.find((agent) => agent.identity === identity)?.uuid ?? null;
}

/** "0" to "99" as it stands in AUTOSTART, with two digits. Throws PriorityInvalidError. */
export function checkPriority(priority: string): string {
  if (!/^\d+$/.test(priority) || Number(priority) > 99) throw new PriorityInvalidError(priority);
  return String(Number(priority)).padStart(2, '0');
}

/** The tag itself when it may be one. Throws TagInvalidError. */
export function checkTag(tag: string): string {
  if (tag.trim() === '') throw new TagInvalidError(tag, 'it is empty');
  if (tag.length > TAG_LENGTH) throw new TagInvalidError(tag, `it has ${tag.length} characters`);
  if (/\p{Cc}|[\u2028\u2029]/u.test(tag)) throw new TagInvalidError(tag, 'it holds a control character');
  return tag;
}

async function agentFolder(home: string, uuid: string): Promise<string> {
  checkUuid(uuid);
  const folder = join(agentsFolder(home), uuid);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new AgentUnknownError(uuid);
  return folder;
}

async function writeWord(path: string, word: string | null): Promise<void> {
  if (word === null) await rm(path, { force: true });
  else await writeFileAtomic(path, word, { mode: 0o644 });
}
