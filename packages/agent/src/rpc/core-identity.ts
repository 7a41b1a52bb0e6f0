import { services } from '@volttron-ts/vip-core';

const core = new Set<string>(Object.values(services));

/** Whether the identity is of a platform's own services, or of its operator's connection (vip-zmq.md §5). */
export const isCoreIdentity = (identity: string): boolean => core.has(identity);
