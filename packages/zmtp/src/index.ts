/** ZMTP 3.1 over TCP and IPC: greeting, NULL and CURVE, DEALER and ROUTER. @packageDocumentation */
export { DealerSocket } from './dealer-socket.ts';
export type { ConnectOptions, DealerHandlers, DealerOptions } from './dealer-socket.ts';
export { RouterSocket } from './router-socket.ts';
export type { BindOptions, RouterOptions } from './router-socket.ts';
export { RouterConnection } from './router-connection.ts';
export type { RouterHandlers } from './admission.ts';
export type { AuthenticationDecision, AuthenticationRequest, Authenticator } from './authenticator.ts';
export type { CloseReason } from './connection.ts';
export type { Metadata } from './codec/metadata.ts';
export type { CurveClient, CurveServer, NullMechanism } from './mechanism-options.ts';
export type { MechanismName } from './mechanism/mechanism.ts';
export type { Monitor, MonitorEvent } from './monitor.ts';
export type { SendResult, SocketOptions } from './options.ts';
export { systemTimers } from './timers.ts';
export type { Timers } from './timers.ts';
export { formatEndpoint, parseEndpoint } from './endpoint.ts';
export type { Endpoint, IpcEndpoint, TcpEndpoint } from './endpoint.ts';
export { generateKeyPair, publicKeyFromSecret } from './key-pair.ts';
export type { KeyPair } from './key-pair.ts';
export { decodeZ85, encodeZ85 } from './z85.ts';
export {
  BindError,
  CryptoError,
  DeniedError,
  EndpointError,
  HandlerError,
  IdentityError,
  KeyError,
  ProtocolError,
  RefusedError,
  SocketUseError,
  Z85Error,
  ZmtpError,
} from './errors.ts';
