import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { agentsFolder, REPLACES, STAGING } from './agent-paths.ts';
import { removeAgent } from './agent-folder.ts';
import { AgentInvalidError, AgentUnknownError } from './errors.ts';

/** Removes what a crash in the middle of an installation or a removal left; to be called while none is under way. */
export async function sweepAgents(home: string): Promise<void> {
  const folder = agentsFolder(home);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(STAGING)) await rm(join(folder, name), { recursive: true, force: true });
    else await finishReplacement(home, join(folder, name));
  }
}

async function finishReplacement(home: string, folder: string): Promise<void> {
  const note = join(folder, REPLACES);
  const old = await readFile(note, 'utf8').catch(() => undefined);
  if (old === undefined) return;
  try {
    await removeAgent(home, old);
  } catch (error) {
    if (!(error instanceof AgentInvalidError || error instanceof AgentUnknownError)) throw error;
  }
  await rm(note, { force: true });
}
