import { join } from 'node:path';
import type { InstalledAgent } from './installed-agent.ts';

/** Where the parts of an agent lie (reference/agents-cli.md §7.9). */
export interface AgentPaths {
  /** The package's own files; the working folder of the process. */
  readonly package: string;
  readonly info: string;
  readonly config: string;
  readonly keyStore: string;
  readonly record: string;
  readonly data: string;
}

export function agentPaths({ folder, name }: Pick<InstalledAgent, 'folder' | 'name'>): AgentPaths {
  const root = join(folder, name);
  const info = join(root, `${name}.dist-info`);
  return {
    package: root,
    info,
    config: join(info, 'config'),
    keyStore: join(info, 'keystore.json'),
    record: join(info, 'RECORD'),
    data: join(root, `${name}.agent-data`),
  };
}

export const agentsFolder = (home: string): string => join(home, 'agents');

/** Beginning of the names of folders in `agents/` that hold nothing anybody needs after a crash. */
export const STAGING = '.staging-';

/** In a staging folder: the UUID of the agent in it whose key was about to be let onto the bus. */
export const ADMITTED = 'ADMITTED';

/** In the folder of an agent installed with force: the UUID whose place it took; removed with that one. */
export const REPLACES = 'REPLACES';
