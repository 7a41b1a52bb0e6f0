/** Agents installed in a home (agent installation and packaging) and their processes. @packageDocumentation */
export { checkPriority, checkTag, identityExists, removeAgent, setPriority, setTag } from './agent-folder.ts';
export {
  AgentBrokenError,
  AgentInvalidError,
  AgentPackageError,
  AgentRunningError,
  AgentSpawnError,
  AgentUnknownError,
  AgentUnresponsiveError,
  ArchiveRefusedError,
  IdentityExistsError,
  IdentityOfServiceError,
  NpmFailedError,
  PlatformPackageError,
  PriorityInvalidError,
  PythonAgentError,
  TagInvalidError,
} from './errors.ts';
export type { AgentSelection, InstalledAgent } from './installed-agent.ts';
export { installedAgents } from './installed-agents.ts';
export { selectAgents } from './select-agents.ts';
export { startOrder } from './start-order.ts';
