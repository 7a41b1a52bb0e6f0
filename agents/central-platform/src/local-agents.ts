import type { Vip } from '@volttron-ts/agent';
import { checker, services, t } from '@volttron-ts/vip-core';

/** One agent as a central shows it (agents-cli.md §5.3). */
export interface ShownAgent {
  readonly name: string;
  readonly uuid: string;
  readonly tag: string | null;
  readonly priority: string | null;
  readonly identity: string;
  readonly is_running: boolean;
  readonly version: string;
  readonly process_id: number | null;
  readonly error_code: number | null;
  readonly permissions: Readonly<Record<'can_stop' | 'can_start' | 'can_restart' | 'can_remove', boolean>>;
  readonly health: { readonly status: string; readonly context: null; readonly last_updated: string | null };
}

const Text = t.Union([t.String(), t.Null()]);
const Status = t.Tuple([t.Union([t.Integer(), t.Null()]), t.Union([t.Integer(), t.Null()])]);
const asAgents = checker(
  t.Array(t.Object({ name: t.String(), uuid: t.String(), tag: Text, priority: Text, identity: t.String() })),
);
const asStatuses = checker(t.Array(t.Tuple([t.String(), t.String(), Status, t.String()])));
const asVersions = checker(t.Record(t.String(), t.Tuple([t.String(), t.String()])));
const asHealth = checker(
  t.Record(t.String(), t.Object({ last_heartbeat: t.Optional(Text), message: t.Optional(t.Unknown()) })),
);

const NEVER = [null, null] as const;

/** The installed agents of the platform. Rejects as `vip.rpc.call` does. */
export async function localAgents(vip: Pick<Vip, 'rpc'>, signal: AbortSignal): Promise<ShownAgent[]> {
  const ask = (peer: string, method: string): Promise<unknown> => vip.rpc.call(peer, method, [], { signal });
  const [agents, statuses, versions, health] = await Promise.all([
    ask(services.control, 'list_agents'),
    ask(services.control, 'status_agents'),
    ask(services.control, 'agent_versions'),
    ask(services.health, 'get_platform_health'),
  ]);
  const running = new Map(asStatuses(statuses, 'status_agents').map(([uuid, , status]) => [uuid, status]));
  const versionOf = asVersions(versions, 'agent_versions');
  const beats = asHealth(health, 'get_platform_health');
  return asAgents(agents, 'list_agents').map((agent) => {
    const [processId, errorCode] = running.get(agent.uuid) ?? NEVER;
    const isRunning = processId !== null && errorCode === null;
    const beat = isRunning ? beats[agent.identity] : undefined;
    const stays = /volttron-?central|vcplatform|central-platform/.test(agent.name);
    return {
      ...agent,
      is_running: isRunning,
      version: versionOf[agent.uuid]?.[1] ?? '',
      process_id: processId,
      error_code: errorCode,
      permissions: { can_stop: !stays, can_start: true, can_restart: true, can_remove: !stays },
      health: {
        status: typeof beat?.message === 'string' ? beat.message : 'UNKNOWN',
        context: null,
        last_updated: beat?.last_heartbeat ?? null,
      },
    };
  });
}
