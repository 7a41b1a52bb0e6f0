import type { RemotePlatformOptions } from '@volttron-ts/vip-core';
import type { Channels } from './channel/channels.ts';
import type { ConfigStore } from './config/config-store.ts';
import type { Health } from './health.ts';
import type { HeartbeatControl } from './heartbeat.ts';
import type { Journal } from './journal/journal.ts';
import type { AskOptions, PeerList } from './peers.ts';
import type { PubSub } from './pubsub/pubsub.ts';
import type { RemotePlatform } from './remote-platform.ts';
import type { Rpc } from './rpc/rpc.ts';
import type { Web } from './web/web-client.ts';

/** `vip.auth`: other platforms. */
export interface VipAuth {
  /**
   * Becomes a peer on another platform's bus; answers at once. Throws InvalidValueError for an address of no known
   * kind. Closed with the agent.
   */
  connectRemotePlatform(address: string, options?: RemotePlatformOptions): RemotePlatform;
}

/** What an agent does on its own platform's bus. */
export interface Vip {
  readonly identity: string;
  readonly pubsub: PubSub;
  readonly rpc: Rpc;
  readonly journal: Journal;
  readonly health: Health;
  readonly heartbeat: HeartbeatControl;
  readonly peerlist: PeerList;
  readonly auth: VipAuth;
  readonly channel: Channels;
  readonly config: ConfigStore;
  readonly web: Web;
  /** Settles when the peer answers; `''` is the router. */
  ping(peer: string, options?: AskOptions): Promise<void>;
  /** The identity that the peer answers with. */
  hello(peer: string, options?: AskOptions): Promise<string>;
  /** A property of the platform, such as `instance-name`. */
  query(property: string, options?: AskOptions): Promise<unknown>;
}
