/** An address becomes a connection: discovery, choice of bus, and the entry of an agent process. @packageDocumentation */
export type { Dial, RabbitDial, RabbitTarget } from './dial.ts';
export { discover } from './discovery.ts';
export {
  AgentModuleError,
  CertificateDeniedError,
  CertificateRequestError,
  DiscoveryError,
  NoCertificateError,
  NoRabbitError,
  NotWelcomedError,
  ServerKeyMismatchError,
  UnknownServerKeyError,
  UsageError,
} from './errors.ts';
export type { RemoteConnectionContext } from './remote-connection.ts';
export { createRemotePlatforms } from './remote-platforms.ts';
export { exitCodeOf, exitCodes } from './exit-code.ts';
export { failureLine } from './failure-line.ts';
export { createLog } from './log.ts';
export type { LogOptions } from './log.ts';
export { readOptions } from './read-options.ts';
export { systemClock } from './system-clock.ts';
export { main } from './agent-main.ts';
export { agentProgram } from './agent-program.ts';
export { openLocalPlatform } from './local-platform.ts';
export type { LocalPlatform, LocalPlatformOptions } from './local-platform.ts';
export type { FromHost, ToHost } from './shared/host-messages.ts';
export { ObservedBus } from './observed-bus.ts';
