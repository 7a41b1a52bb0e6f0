/** One journal follows another: for the agents that move readings between platforms. @packageDocumentation */
export { Lags } from './lags.ts';
export { sample, timeOf } from './record-lag.ts';
export { Replicating } from './replicating.ts';
export type { ReplicatingOptions, ReplicationStatus } from './replicating.ts';
export { Replication } from './replication.ts';
export type { ReplicationOptions } from './replication.ts';
