import { join } from 'node:path';
import type { RunningAgent } from '@volttron-ts/agent';
import { services } from '@volttron-ts/vip-core';
import { defineConfigStore } from '../services/config-store-service.ts';
import { AgentPushes } from '../services/config-store/agent-pushes.ts';
import { ConfigFiles } from '../services/config-store/config-files.ts';
import { ConfigStore } from '../services/config-store/config-store.ts';
import type { ServiceKit } from './kit.ts';

/** `config.store` on the files of the home. */
export async function startConfigStore(kit: ServiceKit): Promise<void> {
  const { home, clock } = kit;
  const log = kit.log(`volttron.${services.configStore}`);
  const files = new ConfigFiles(join(home, 'configuration_store'), (identity, problem) => {
    log.error(`In the configuration store of ${identity}: ${problem}`, { identity });
  });
  await files.open();
  const pushes = new AgentPushes({ rpc: () => agent.vip.rpc, clock, log });
  const agent: RunningAgent = kit.startService(
    services.configStore,
    defineConfigStore(new ConfigStore({ files, pushes, clock })),
  );
  agent.vip.peerlist.onChange((change, peer) => {
    if (change === 'drop') pushes.dropped(peer);
  });
  kit.unawaited(files.check(), 'the configuration stores were not all looked at');
}
