import { services, t } from '@volttron-ts/vip-core';
import type { BusConnection, Clock, Logger } from '@volttron-ts/vip-core';
import type { HelloTimeoutError } from './errors.ts';
import { AgentHealth, alertTopic, asHealthState } from './health.ts';
import type { HealthStatus } from './health.ts';
import { Heartbeat } from './heartbeat.ts';
import { JournalClient } from './journal/journal.ts';
import { PeerClient } from './peers.ts';
import { PubSubClient } from './pubsub/pubsub.ts';
import type { PubSubLimits } from './pubsub/pubsub.ts';
import { Capabilities } from './rpc/capabilities.ts';
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
  /** Who may do what; `platform.auth` is asked when not given. */
  readonly capabilities?: (() => Promise<unknown>) | undefined;
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
  readonly dispatcher: RpcDispatcher;
}

/** Puts the subsystems onto a bus; the same for the agent's own platform and for others. */
export function connectVip(options: ConnectVipOptions): VipSession {
  const session = new Session(options);
  const epoch = options.epoch();
  const ask = options.capabilities ?? (() => rpc.call(services.auth, 'get_user_to_capabilities'));
  const capabilities: Capabilities = new Capabilities(ask);
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
  exportAuth(dispatcher, capabilities);
  exportHealth(dispatcher, health, options.version);
  exportHeartbeat(dispatcher, heartbeat);
  return { session, pubsub, rpc, journal, peers, health, heartbeat, dispatcher };
}

const open: readonly string[] = [];
const none = t.Tuple([]);

function exportAuth(dispatcher: RpcDispatcher, capabilities: Capabilities): void {
  dispatcher.export('auth.update', {
    requires: open,
    params: t.Tuple([t.Unknown({ title: 'capabilities' })]),
    call: ([update], caller) => {
      capabilities.update(caller, update);
    },
  });
}

/** What every agent answers about itself (vip-zmq.md §2.12.5, §2.14). */
function exportHealth(dispatcher: RpcDispatcher, health: AgentHealth, version: string): void {
  const context = t.Unknown({ title: 'context', default: null });
  const text = (title: string): ReturnType<typeof t.String> => t.String({ title });
  dispatcher.export('agent.version', { requires: open, params: none, call: () => version });
  dispatcher.export('health.set_status', {
    requires: open,
    params: t.Tuple([text('status'), context]),
    call: ([status, why]) => {
      health.setStatus(asHealthState(String(status)), why);
    },
  });
  for (const name of ['health.get_status', 'health.get_status_json']) {
    dispatcher.export(name, { requires: open, params: none, call: () => health.status });
  }
  dispatcher.export('health.send_alert', {
    requires: open,
    params: t.Tuple([text('alert_key'), context]),
    call: ([key, why]) => health.sendAlert(String(key), why),
  });
}

/** What every agent lets others change of its heartbeat (vip-zmq.md §2.15). */
function exportHeartbeat(dispatcher: RpcDispatcher, heartbeat: Heartbeat): void {
  const period = t.Tuple([t.Number({ title: 'period', minimum: 0.1, maximum: 86_400 })]);
  const actions = {
    start: () => {
      heartbeat.start();
    },
    stop: () => {
      heartbeat.stop();
    },
    restart: () => {
      heartbeat.restart();
    },
  };
  for (const [name, call] of Object.entries(actions)) {
    dispatcher.export(`heartbeat.${name}`, { requires: open, params: none, call });
  }
  dispatcher.export('heartbeat.set_period', {
    requires: open,
    params: period,
    call: ([seconds]) => {
      heartbeat.setPeriod(Number(seconds));
    },
  });
  dispatcher.export('heartbeat.start_with_period', {
    requires: open,
    params: period,
    call: ([seconds]) => {
      heartbeat.setPeriod(Number(seconds));
      heartbeat.start();
    },
  });
}
