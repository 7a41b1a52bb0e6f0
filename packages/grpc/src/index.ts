/** The secure gRPC channel of federated sites. @packageDocumentation */
export { DEFAULT_MESSAGE_BYTES, defaultsOf, loadChannelOptions, readChannelOptions } from './channel-options.ts';
export type { ChannelOptions, Role } from './channel-options.ts';
export { openClient } from './client.ts';
export type { CallOptions, ClientOptions, GrpcClient } from './client.ts';
export { BindError, CallError, ChannelFileError, ChannelOptionError } from './errors.ts';
export type { StatusName } from './errors.ts';
export { readFragment } from './fragment.ts';
export { readKeyMaterial } from './key-material.ts';
export type { KeyMaterial } from './key-material.ts';
export type { Peer } from './peer.ts';
export { startServer } from './server.ts';
export type { RunningServer, ServerOptions } from './server.ts';
export { startGateway } from './gateway/gateway.ts';
export type { GatewayOptions, RunningGateway } from './gateway/gateway.ts';
export type { DuplexHandler, Handler, StreamHandler, UnaryHandler } from './handlers.ts';
export { loadService } from './service-definition.ts';
