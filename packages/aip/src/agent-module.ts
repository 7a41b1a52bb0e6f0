import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile } from '@volttron-ts/storage';
import { readAgentPackage } from './agent-package.ts';
import { agentPaths } from './agent-paths.ts';
import { AgentBrokenError, PythonAgentError } from './errors.ts';
import type { InstalledAgent } from './installed-agent.ts';

/** The file Node is to import for an installed agent. Throws PythonAgentError, AgentBrokenError. */
export async function agentModule(agent: InstalledAgent): Promise<string> {
  const paths = agentPaths(agent);
  if (agent.kind === 'python') throw new PythonAgentError(agent.name, paths.package, agent.identity);
  if (agent.kind === 'broken') throw new AgentBrokenError(agent.name, `${paths.package} holds no package.json`);
  const manifest = await readJsonFile(join(paths.package, 'package.json'));
  const entry = join(paths.package, readAgentPackage(agent.name, manifest).entry);
  await access(entry).catch(() => {
    throw new AgentBrokenError(agent.name, `its entry ${entry} does not exist`);
  });
  return entry;
}
