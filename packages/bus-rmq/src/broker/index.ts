/** The care of a RabbitMQ broker: its process, its users, its set-up. @packageDocumentation */
export { passwordHash, volttronDefinitions } from './broker-files.ts';
export type { BrokerDefinitions, BrokerSettings, ServerTls } from './broker-files.ts';
export { BrokerProcess } from './broker-process.ts';
export type { BrokerProcessOptions } from './broker-process.ts';
export { readRabbitConfig, writeRabbitConfig } from './rabbit-config.ts';
export type { RabbitConfig } from './rabbit-config.ts';
export { BrokerUsers } from './broker-users.ts';
export { ManagementClient } from './management-client.ts';
export type { ManagementTarget } from './management-client.ts';
export { ensureTopology } from './topology.ts';
export { localRightsOf, rightsOf, routerRights } from './user-rights.ts';
export type { UserRights, UserRightsOptions } from './user-rights.ts';
