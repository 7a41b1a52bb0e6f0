/** The language of the platform: messages, codecs, topics, addresses, identities, contracts, errors. @packageDocumentation */
export { endpointOf, knownHostsName, parseAddress } from './address.ts';
export type { VipAddress } from './address.ts';
export { formatTimestamp, parseTimestamp } from './clock.ts';
export type { Clock } from './clock.ts';
export type {
  AccessGrant,
  AuthenticationDecision,
  AuthenticationRequest,
  Authenticator,
  Authorizer,
} from './contracts/access.ts';
export type {
  BusConnection,
  BusConnectionEvents,
  BusListener,
  BusListenerEvents,
  BusRelay,
  BusRelayEvents,
  BusState,
  PeerLink,
  RelayedPublication,
  SendResult,
} from './contracts/bus.ts';
export type { LogLevel, Logger } from './contracts/logger.ts';
export type { CapturedPublication, CaptureOutcome, CaptureVerdict, PublishTap } from './contracts/publish-tap.ts';
export type {
  RemoteConnection,
  RemotePhase,
  RemotePlatformOptions,
  RemotePlatforms,
  RemotePlatformState,
} from './contracts/remote-platforms.ts';
export { DiscoveryDocument, KeyRequest, LivePoint } from './documents.ts';
export {
  AgainError,
  ClosedError,
  DeniedError,
  InvalidValueError,
  JournalGapError,
  ProtocolError,
  RemoteError,
  TimeoutError,
  TopicInvalidError,
  UnauthorizedError,
  UnknownKeyError,
  UnknownSubsystemError,
  UnreachableError,
  VipError,
} from './errors.ts';
export type { VipErrorDetails } from './errors.ts';
export { decodeCount, encodeValue } from './frame-value.ts';
export {
  canonicalIdentity,
  checkIdentity,
  isIdentity,
  isReservedIdentity,
  serviceAliases,
  services,
} from './identity.ts';
export { JOURNAL_SUBSYSTEM, JournalCommit, JournalReadRequest, JournalSpan } from './journal-protocol.ts';
export type { JournalAppendAnswer } from './journal-protocol.ts';
export { compileExpression } from './expression/compile-expression.ts';
export { originJournalsOf, packRecords, unpackRecords } from './journal-record.ts';
export type { JournalRecord, RecordOrigin } from './journal-record.ts';
export { classifyRpc, encodeRpc, encodeRpcRequest, rpcCodes, rpcError, rpcResult } from './json-rpc.ts';
export type { RpcElement, RpcErrorObject, RpcId, RpcInvalid, RpcRequest, RpcResponse } from './json-rpc.ts';
export { decodeKey, encodeKey } from './key.ts';
export { parseLooseJson } from './loose-json.ts';
export { decodeMessage, encodeMessage, SIGNATURE } from './message.ts';
export type { OutgoingMessage, VipMessage } from './message.ts';
export { formatPublicationId, parsePublicationId } from './publication-id.ts';
export type { PublicationId } from './publication-id.ts';
export {
  appendSender,
  decodePublishBody,
  encodePublishBody,
  escapeNonAscii,
  insertHeaders,
  scanPublishBody,
} from './publish-body.ts';
export type { PublishBody, PublishBodyLayout } from './publish-body.ts';
export { readList, readSubscribe, readSynchronize, readUnsubscribe } from './pubsub-requests.ts';
export type { ListRequest, RequestedSubscription, Unsubscribe } from './pubsub-requests.ts';
export { checker, t } from './schema.ts';
export type { Static, TSchema } from './schema.ts';
export { concatBytes, decodeText, encodeText, equalsAscii } from './text.ts';
export { checkTopic, MAX_TOPIC } from './topic-text.ts';
