/** BusConnection and BusListener over AMQP. @packageDocumentation */
export { decodeAmqp, encodeAmqp } from './amqp-message.ts';
export type { AmqpMessage, AmqpProperties, QualifiedMessage } from './amqp-message.ts';
export type { AmqpTarget, AmqpTls } from './amqp-link.ts';
export { decodePublication, encodePublication, senderOf } from './amqp-publication.ts';
export type { IncomingPublication, OutgoingPublication, PublicationProperties } from './amqp-publication.ts';
export {
  BrokerCertificateError,
  BrokerMissingError,
  BrokerRefusedError,
  BrokerStartError,
  CertificateNameError,
  ClientCertificateError,
  IdentityInUseError,
  ManagementError,
} from './errors.ts';
export type { BrokerAddress } from './explain-failure.ts';
export { EXCHANGE, qualify, splitQualified, topicKey, UNDELIVERABLE } from './names.ts';
export { RmqConnection } from './rmq-connection.ts';
export type { RmqConnectionOptions } from './rmq-connection.ts';
export { RmqListener } from './router/rmq-listener.ts';
export type { RmqListenerOptions } from './router/rmq-listener.ts';
