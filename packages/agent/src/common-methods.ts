import { t } from '@volttron-ts/vip-core';
import { asHealthState } from './health.ts';
import type { AgentHealth, HealthState } from './health.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Capabilities } from './rpc/capabilities.ts';
import type { RpcDispatcher } from './rpc/dispatcher.ts';

const open: readonly string[] = [];
const none = t.Tuple([]);

/** `auth.update`: who may do what, told by platform.auth (vip-zmq.md §2.17). */
export function exportAuthUpdate(dispatcher: RpcDispatcher, capabilities: Capabilities): void {
  dispatcher.export('auth.update', {
    requires: open,
    params: t.Tuple([t.Unknown({ title: 'capabilities' })]),
    call: ([update], caller) => {
      capabilities.update(caller, update);
    },
  });
}

/** Those who may change what an agent says of itself, by the capabilities that they need. */
export type Guard = readonly string[];

/**
 * Everybody, as in the original; on a platform's own services those who manage agents, since what is said in their name
 * is believed.
 */
export const guardOf = (isCore: boolean): Guard => (isCore ? ['manage_agents'] : open);

/** What every agent answers about itself (vip-zmq.md §2.12.5, §2.14). */
export function exportHealth(dispatcher: RpcDispatcher, health: AgentHealth, version: string, guard: Guard): void {
  const context = t.Unknown({ title: 'context', default: null });
  const text = (title: string): ReturnType<typeof t.String> => t.String({ title });
  dispatcher.export('agent.version', { requires: open, params: none, call: () => version });
  dispatcher.export('health.set_status', {
    requires: guard,
    params: t.Tuple([text('status'), context]),
    call: ([status, why]) => {
      health.setStatus(asHealthState(String(status)), why);
    },
  });
  for (const name of ['health.get_status', 'health.get_status_json']) {
    dispatcher.export(name, { requires: open, params: none, call: () => health.status });
  }
  dispatcher.export('health.send_alert', {
    requires: guard,
    params: t.Tuple([text('alert_key'), t.Unknown({ title: 'statusobj', default: null })]),
    call: ([key, status]) => {
      const { state, context: why } = readAlert(status);
      return health.sendAlert(String(key), why, state);
    },
  });
}

/** An alert's status as Python writes one; anything else is the context of a BAD one. */
function readAlert(given: unknown): { readonly state?: HealthState; readonly context: unknown } {
  const { status, context = null } = (given ?? {}) as { readonly status?: unknown; readonly context?: unknown };
  return typeof status === 'string' ? { state: asHealthState(status), context } : { context: given };
}

/**
 * What every agent lets others change of its heartbeat (vip-zmq.md §2.15), until an operator requires other
 * capabilities of them (`add_rpc_authorizations` of platform.auth).
 */
export function exportHeartbeat(dispatcher: RpcDispatcher, heartbeat: Heartbeat, guard: Guard): void {
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
    dispatcher.export(`heartbeat.${name}`, { requires: guard, params: none, call });
  }
  dispatcher.export('heartbeat.set_period', {
    requires: guard,
    params: period,
    call: ([seconds]) => {
      heartbeat.setPeriod(Number(seconds));
    },
  });
  dispatcher.export('heartbeat.start_with_period', {
    requires: guard,
    params: period,
    call: ([seconds]) => {
      heartbeat.setPeriod(Number(seconds));
      heartbeat.start();
    },
  });
}
