import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import type { Methods } from '../auth/methods.ts';
import type { DeviceFeed } from '../live-feed.ts';

/** `platform_web` (reference/vip-zmq.md §5.5): what agents serve on the web, and what of the bus the pages show live. */
export function definePlatformWeb(feed: DeviceFeed, methods: Methods): AgentDefinition {
  return defineAgent({
    name: 'platform.web',
    config: t.Object({}),
    methods,
    run: ({ vip, signal }) => feed.follow(vip, signal),
  });
}
