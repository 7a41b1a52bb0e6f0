import { join } from 'node:path';
import { defineAgent, t } from '@volttron-ts/agent';
import { readFileIfThere, watchFile } from '@volttron-ts/storage';
import { encodeRpc, encodeText, services } from '@volttron-ts/vip-core';
import { readExternalInstances } from '../services/key-discovery/external-instances.ts';
import type { ServiceKit } from './kit.ts';

/**
 * `keydiscovery` (reference/vip-zmq.md §2.8): tells the router of the platforms in the home's
 * `external_platform_discovery.json`, and of those that an edit adds or changes. It has no methods of its own.
 */
export function startKeyDiscovery(kit: ServiceKit): void {
  const path = join(kit.home, 'external_platform_discovery.json');
  const log = kit.log(`volttron.${services.keyDiscovery}`);
  const bus = kit.router.connect(services.keyDiscovery);
  const agent = kit.startService(services.keyDiscovery, defineAgent({ name: 'keydiscovery', config: t.Object({}) }), {
    bus,
  });
  const introduce = async (): Promise<void> => {
    const { instances, problems } = readExternalInstances((await readFileIfThere(path)) ?? '');
    for (const problem of problems) log.warn(problem, { file: path });
    await agent.vip.hello('');
    for (const instance of instances) {
      const args = [encodeText('normalmode_platform_connection'), encodeRpc(instance)];
      bus.send({ peer: '', id: 'platform', subsystem: 'routing_table', args });
    }
  };
  const attempt = (): void => {
    kit.unawaited(introduce(), 'other platforms could not be introduced to the router');
  };
  const stopWatching = watchFile(path, kit.clock, attempt, (error) => {
    log.error('edits of the other platforms will not be noticed', { file: path, reason: error.message });
  });
  kit.part('watching external_platform_discovery.json', async () => {
    stopWatching();
    return Promise.resolve();
  });
  attempt();
}
