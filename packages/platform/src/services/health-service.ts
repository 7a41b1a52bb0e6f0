import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition, Vip } from '@volttron-ts/agent';
import { method, none } from './auth/methods.ts';
import type { PlatformHealth } from './health/platform-health.ts';

/** `platform.health` (reference/vip-zmq.md §2.15): who is connected, and what it last said of itself. */
export function defineHealthService(health: PlatformHealth): AgentDefinition {
  return defineAgent({
    name: 'platform.health',
    config: t.Object({}),
    methods: {
      get_platform_health: method({
        description: 'Health of every connected agent, by identity.',
        params: none,
        call: () => health.all(),
      }),
    },
    run: async ({ vip, signal }) => {
      const beats = vip.pubsub.subscribe('heartbeat/', { signal });
      await follow(vip, health, signal);
      for await (const { sender, message } of beats) health.beat(sender, message);
    },
  });
}

/** Those who are there now, and all who come and go from now on. */
async function follow(vip: Vip, health: PlatformHealth, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  const stop = vip.peerlist.onChange((change, peer) => {
    told.add(peer);
    if (change === 'add') health.add(peer);
    else health.drop(peer);
  });
  signal.addEventListener('abort', stop);
  // What was told while the list was on its way is newer than the list.
  for (const peer of await vip.peerlist.list({ signal })) if (!told.has(peer)) health.add(peer);
}
