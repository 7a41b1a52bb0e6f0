import { readdir } from 'node:fs/promises';
import type { RunningAgent } from '@volttron-ts/agent';
import { WebUsers } from '@volttron-ts/auth';
import { pagesDirectory } from '@volttron-ts/pages';
import { services } from '@volttron-ts/vip-core';
import { DeviceFeed } from '../services/live-feed.ts';
import { AgentWeb } from '../services/web/agent-web.ts';
import { ownPaths } from '../services/web/own-paths.ts';
import { definePlatformWeb } from '../services/web/platform-web.ts';
import { webMethods } from '../services/web/web-methods.ts';
import type { ServiceKit } from './kit.ts';

/** `platform_web` on the bus, and what the web server stands on. */
export interface PlatformWeb {
  readonly feed: DeviceFeed;
  readonly agents: AgentWeb;
  readonly users: WebUsers;
  readonly serverKey: string;
  /** As configured; with its real port once the server listens. */
  address: string;
}

/** Starts `platform_web`; agents may register with it before the web server listens. */
export async function startPlatformWeb(kit: ServiceKit, address: string, serverKey: string): Promise<PlatformWeb> {
  const log = kit.log(`volttron.${services.web}`);
  const users = await WebUsers.open(kit);
  const pages = await readdir(pagesDirectory).catch(() => []);
  const agents = new AgentWeb({ rpc: () => agent.vip.rpc, isOwn: ownPaths(pages), log });
  const web: PlatformWeb = { feed: new DeviceFeed(kit.clock), agents, users, serverKey, address };
  const methods = webMethods({
    routes: agents,
    home: kit.home,
    serverKey,
    address: () => web.address,
    centralAddress: kit.settings['volttron-central-address'],
    claims: async (bearer) => {
      const { user, roles } = await users.verify(bearer);
      return { user, groups: roles };
    },
    certificates: kit.certificates,
    log,
  });
  const agent: RunningAgent = kit.startService(services.web, definePlatformWeb(web.feed, methods));
  agent.vip.peerlist.onChange((change, peer) => {
    if (change === 'drop') agents.dropped(peer);
  });
  return web;
}
