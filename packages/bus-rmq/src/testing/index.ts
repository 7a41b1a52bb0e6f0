/** A RabbitMQ of a test's own. @packageDocumentation */
export { issueForTests, PrivateBroker } from './private-broker.ts';
export type { BrokerUser } from './private-broker.ts';
export { freePort } from '../broker/free-port.ts';
