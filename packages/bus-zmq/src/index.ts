/** BusConnection and BusListener over ZMTP, with libzmq as second engine for agents. @packageDocumentation */
export { HandshakeFailedError, IdentityInUseError, PendingApprovalError } from './errors.ts';
export { loadLibzmqConnection } from './load-libzmq-connection.ts';
export { ZmqConnection } from './zmq-connection.ts';
export type { ConnectionKeys, ZmqConnectionOptions } from './zmq-connection.ts';
export { ZmqListener } from './zmq-listener.ts';
export type { ZmqListenerOptions } from './zmq-listener.ts';
