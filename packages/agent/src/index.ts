/** What an agent author sees: defineAgent and vip.*. @packageDocumentation */
export { t } from '@volttron-ts/vip-core';
export type { Clock, Logger, Static, TSchema } from '@volttron-ts/vip-core';
export type { AgentConfig, ConfigSchema } from './agent-config.ts';
export type { Channel } from './channel/channel.ts';
export type { Channels } from './channel/channels.ts';
export type { ConfigCallback, ConfigChange } from './config/config-callbacks.ts';
export type { ConfigStore, ConfigSubscribeOptions, ConfigWriteOptions } from './config/config-store.ts';
export type { ConfigAction } from './config/config-table.ts';
export { defineAgent } from './define-agent.ts';
export type { AgentContext, AgentDefinition, AgentSource, MethodContext, MethodDefinition } from './define-agent.ts';
export {
  BusError,
  ChannelBrokenError,
  ConfigCallbackError,
  HelloTimeoutError,
  JournalRefusedError,
  NoRemoteAddressError,
  NoRemotePlatformsError,
  ParameterError,
  RootCertificateError,
  UnknownMethodError,
} from './errors.ts';
export type { Health, HealthState, HealthStatus } from './health.ts';
export type { HeartbeatControl } from './heartbeat.ts';
export type { Journal, JournalBatch, JournalReader, JournalReadOptions } from './journal/journal.ts';
export type { JournalPosition, JournalRun } from './journal/journal-wire.ts';
export type { AskOptions, PeerList, PeerListener } from './peers.ts';
export type { AcknowledgedLedger, LedgerRun } from './pubsub/ledger.ts';
export type { PublishOptions } from './pubsub/publisher.ts';
export type { PubSub, SubscribeOptions } from './pubsub/pubsub.ts';
export type { PointMetadata, PointValues, Reading } from './pubsub/reading.ts';
export type { Subscription } from './pubsub/subscription.ts';
export { publishingMethods } from './publishing-methods.ts';
export type { PublishingCounts } from './publishing-methods.ts';
export type { RemotePlatform } from './remote-platform.ts';
export { readRemote } from './remote/named-remote.ts';
export type { NamedRemote } from './remote/named-remote.ts';
export { alertDenied, reportRemote } from './remote/report-remote.ts';
export type { RemoteStanding } from './remote/report-remote.ts';
export { whenConnected, whileConnected } from './remote/when-connected.ts';
export type { Caller, ExportedMethod } from './rpc/method.ts';
export type { CallOptions, Rpc, RpcArguments } from './rpc/rpc.ts';
export type { Web, WebHandler, WebsocketHandlers } from './web/web-client.ts';
export { runWithConfig } from './run-with-config.ts';
export { pause } from './session/pause.ts';
export { startAgent } from './start-agent.ts';
export type { RunningAgent, StartAgentOptions } from './start-agent.ts';
export { ticks } from './ticks.ts';
export type { Vip, VipAuth } from './vip.ts';
