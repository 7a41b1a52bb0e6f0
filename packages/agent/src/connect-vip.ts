import { services, UnreachableError } from '@volttron-ts/vip-core';
import type { BusConnection, Clock, Logger } from '@volttron-ts/vip-core';
import { exportRpcAuthorizations } from './auth/rpc-authorizations.ts';
import { ChannelClient } from './channel/channels.ts';
import { ConfigStoreClient, isConfigStore } from './config/config-store.ts';
import { UnknownMethodError } from './errors.ts';
import type { HelloTimeoutError } from './errors.ts';
import { exportAuthUpdate, exportHealth, exportHeartbeat, guardOf } from './common-methods.ts';
import { AgentHealth, alertTopic } from './health.ts';
import type { HealthStatus } from './health.ts';
import { Heartbeat } from './heartbeat.ts';
import { JournalClient } from './journal/journal.ts';
import { PeerClient } from './peers.ts';
import { PubSubClient } from './pubsub/pubsub.ts';
import type { PubSubLimits } from './pubsub/pubsub.ts';
import { Capabilities } from './rpc/capabilities.ts';
import type { HeldCapabilities } from './rpc/capabilities.ts';
import { isCoreIdentity } from './rpc/core-identity.ts';
import type { Caller } from './rpc/method.ts';
import { RpcDispatcher } from './rpc/dispatcher.ts';
import { RpcClient } from './rpc/rpc.ts';
import { Session } from './session/session.ts';

export type VipLimits = PubSubLimits;

export interface ConnectVipOptions {
  readonly bus: BusConnection;
  /** What `agent.version` answers. */
  readonly version: string;
  /** The agent's name in the topics of its alerts. */
  readonly name?: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes the random names of a publisher's life. */
  readonly epoch: () => string;
  readonly limits: VipLimits;
  readonly overdue?: (error: HelloTimeoutError) => void;
  /** What a user may do at this moment; `platform.auth` is asked, and followed, when not given. */
  readonly capabilitiesOf?: ((user: string) => HeldCapabilities) | undefined;
}

/** A session with every subsystem that an agent speaks, not yet opened. */
export interface VipSession {
  readonly session: Session;
  readonly pubsub: PubSubClient;
  readonly rpc: RpcClient;
  readonly journal: JournalClient;
  readonly peers: PeerClient;
  readonly health: AgentHealth;
  readonly heartbeat: Heartbeat;
  readonly channels: ChannelClient;
  readonly configStore: ConfigStoreClient;
  readonly dispatcher: RpcDispatcher;
}

/** Puts the subsystems onto a bus; the same for the agent's own platform and for others. */
export function connectVip(options: ConnectVipOptions): VipSession {
  const session = new Session(options);
  const epoch = options.epoch();
  const ask = (): Promise<unknown> => rpc.call(services.auth, 'get_user_to_capabilities');
  const capabilities = new Capabilities(ask, options.capabilitiesOf);
  const dispatcher = new RpcDispatcher(capabilities);
  const rpc: RpcClient = new RpcClient(session, epoch, dispatcher);
  const pubsub = new PubSubClient(session, epoch, options.limits);
  const journal = new JournalClient(session, epoch);
  const peers = new PeerClient(session, epoch);
  const publishAlert = async (key: string, status: HealthStatus): Promise<void> => {
    const instance = await peers.query('instance-name');
    const topic = alertTopic(options.name ?? 'agent', typeof instance === 'string' ? instance : '', session.identity);
    await pubsub.publish(topic, JSON.stringify(status), { headers: { alert_key: key } });
  };
  const health = new AgentHealth({
    clock: options.clock,
    publishAlert,
    changed: () => {
      heartbeat.restart();
    },
  });
  const heartbeat: Heartbeat = new Heartbeat(session, () => health.status.status);
  session.onPhase((phase) => {
    if (phase === 'lost') capabilities.forget();
  });
  const channels = new ChannelClient(session, peers, options.limits.queue);
  const checkPusher = (caller: Caller, method: string): Promise<void> =>
    checkConfigPusher(capabilities, caller, method);
  const configStore = new ConfigStoreClient({ session, rpc, dispatcher, peers, log: options.log, checkPusher });
  const isCore = isCoreIdentity(session.identity);
  exportHealth(dispatcher, health, options.version, guardOf(isCore));
  exportHeartbeat(dispatcher, heartbeat, guardOf(isCore));
  exportAuthUpdate(dispatcher, capabilities);
  exportRpcAuthorizations(dispatcher, isCore);
  return { session, pubsub, rpc, journal, peers, health, heartbeat, channels, configStore, dispatcher };
}

/**
 * Who may push configurations (vip-zmq.md §2.16): who holds `sync_agent_config`. Platforms without authentication, and
 * those of line 11, have nobody to ask: there the store itself is believed, by its name.
 */
async function checkConfigPusher(capabilities: Capabilities, caller: Caller, method: string): Promise<void> {
  const call = { method, requires: ['sync_agent_config'], parameters: [], args: [] };
  try {
    await capabilities.check(caller.user, call);
  } catch (error) {
    const nobodyKnows = error instanceof UnreachableError || error instanceof UnknownMethodError;
    if (!nobodyKnows || !isConfigStore(caller.peer)) throw error;
  }
}
