import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AgentDefinition } from '@volttron-ts/agent';
import { AgentModuleError } from './errors.ts';

/** The agent that a module exports: an npm package, a path or a URL. Throws AgentModuleError. */
export async function loadAgent(module: string): Promise<AgentDefinition> {
  const specifier = /^[./]/.test(module) ? pathToFileURL(resolve(module)).href : module;
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(specifier)) as typeof loaded;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AgentModuleError(module, why, 'Name an installed npm package, a file or a URL.', error);
  }
  const agent = loaded.default;
  if (typeof agent === 'object' && agent !== null && 'run' in agent && 'methods' in agent)
    return agent as AgentDefinition;
  throw new AgentModuleError(module, 'it is no agent', 'Its default export must be what defineAgent answers.');
}
