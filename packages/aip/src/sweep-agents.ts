import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Admission } from './admission.ts';
import { ADMITTED, agentsFolder, REPLACES, STAGING } from './agent-paths.ts';
import { removeAgent } from './agent-folder.ts';
import { AgentInvalidError, AgentUnknownError } from './errors.ts';
import { readAgent } from './installed-agents.ts';

/** Removes what a crash in the middle of an installation or a removal left; to be called while none is under way. */
export async function sweepAgents(home: string, admission: Admission | undefined): Promise<void> {
  const folder = agentsFolder(home);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(STAGING)) await sweepStaging(home, join(folder, name), admission);
    else await finishReplacement(home, join(folder, name));
  }
}

/** An agent in it that was admitted never came to its place. */
async function sweepStaging(home: string, staging: string, admission: Admission | undefined): Promise<void> {
  const uuid = await readText(join(staging, ADMITTED));
  const agent = uuid === undefined ? undefined : await readAgent(join(staging, uuid), uuid);
  if (agent !== undefined) {
    const replaced = await readText(join(agent.folder, REPLACES));
    const old = replaced === undefined ? undefined : await readAgent(join(agentsFolder(home), replaced), replaced);
    await admission?.withdraw(agent, old);
  }
  await rm(staging, { recursive: true, force: true });
}

async function finishReplacement(home: string, folder: string): Promise<void> {
  const note = join(folder, REPLACES);
  const old = await readText(note);
  if (old === undefined) return;
  try {
    await removeAgent(home, old);
  } catch (error) {
    if (!(error instanceof AgentInvalidError || error instanceof AgentUnknownError)) throw error;
  }
  await rm(note, { force: true });
}

const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
