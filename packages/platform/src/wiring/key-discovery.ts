import { defineAgent, t } from '@volttron-ts/agent';
import { services } from '@volttron-ts/vip-core';
import type { ServiceKit } from './kit.ts';

/** `keydiscovery`: a name that is there, with no methods of its own (reference/vip-zmq.md §5). */
export function startKeyDiscovery(kit: ServiceKit): void {
  kit.startService(services.keyDiscovery, defineAgent({ name: 'keydiscovery', config: t.Object({}) }));
}
