/** BusConnection and BusListener over AMQP. @packageDocumentation */
export { decodeAmqp, encodeAmqp } from './amqp-message.ts';
export type { AmqpMessage, AmqpProperties, QualifiedMessage } from './amqp-message.ts';
export { EXCHANGE, qualify, splitQualified, topicKey, UNDELIVERABLE } from './names.ts';
