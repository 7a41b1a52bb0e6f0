import { AgentInvalidError, AgentUnknownError, installedAgents } from '@volttron-ts/aip';
import type { InstalledAgent } from '@volttron-ts/aip';

/** The installed agent of this UUID. Throws AgentInvalidError, AgentUnknownError. */
export async function installedAgent(home: string, uuid: string): Promise<InstalledAgent> {
  if (uuid === '' || uuid.startsWith('.') || uuid.includes('/')) throw new AgentInvalidError(uuid);
  const agent = (await installedAgents(home)).find((candidate) => candidate.uuid === uuid);
  if (agent === undefined) throw new AgentUnknownError(uuid);
  return agent;
}
