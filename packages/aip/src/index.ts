/** Agents installed in a home (agent installation and packaging) and their processes. @packageDocumentation */
export type { Admission } from './admission.ts';
export { AgentInstaller } from './install-agent.ts';
export type { AgentInstallerOptions, InstallRequest } from './install-agent.ts';
export { AgentLauncher } from './agent-launcher.ts';
export type { AgentLauncherOptions, AgentStatus } from './agent-launcher.ts';
export { agentModule } from './agent-module.ts';
export { agentPaths } from './agent-paths.ts';
export type { AgentPaths } from './agent-paths.ts';
export type { AgentEnd } from './agent-process.ts';
export type { ArchiveLimits } from './archive-entry.ts';
export { packAgent } from './pack-agent.ts';
export type { PackedAgent } from './pack-agent.ts';
export { rotateLog } from './log-rotation.ts';
export type { LogLimits } from './log-rotation.ts';
export type { StopResult, StopTimes } from './stop-process.ts';
export { restartLimits } from './supervision.ts';
export type { RestartLimits } from './supervision.ts';
export { Supervisor } from './supervisor.ts';
export type { SupervisorOptions } from './supervisor.ts';
export { checkPriority, checkTag, identityExists, removeAgent, setPriority, setTag } from './agent-folder.ts';
export {
  AgentBrokenError,
  AgentFileInvalidError,
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
export { findAgent, installedAgents } from './installed-agents.ts';
export { selectAgents } from './select-agents.ts';
export { startOrder } from './start-order.ts';
