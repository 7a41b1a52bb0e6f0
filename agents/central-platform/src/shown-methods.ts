import { t } from '@volttron-ts/agent';
import type { Rpc, Vip } from '@volttron-ts/agent';
import { checker, services, UnauthorizedError } from '@volttron-ts/vip-core';
import { localAgents } from './local-agents.ts';

/** Who may ask on the central's bus: that is where anybody may be a peer. */
const CENTRAL = 'volttron.central';

export interface Shown {
  readonly vip: Vip;
  readonly instanceName: string;
  readonly replaceMap: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The id of an instance in the original's topics. */
export const instanceIdOf = (instanceName: string): string => `vcp-${instanceName.replaceAll('.', '_')}`;

const asAddresses = checker(t.Union([t.Array(t.String()), t.Null()]));
const none = t.Tuple([]);

/** What this agent answers on the platform's own bus (agents-cli.md §5.3). */
export function exportHere(shown: Shown): void {
  const { vip, instanceName, replaceMap, signal } = shown;
  const addresses = (): Promise<readonly string[]> => addressesOf(vip, signal);
  const methods = {
    get_instance_name: () => instanceName,
    get_external_vip_addresses: addresses,
    get_instance_details: async () => ({
      instance_name: instanceName,
      instance_id: instanceIdOf(instanceName),
      topic_root: `platforms/${instanceIdOf(instanceName)}`,
      publickey: await publicKeyOf(vip, signal),
      serverkey: await vip.query('serverkey', { signal }),
      address: (await addresses())[0] ?? null,
    }),
    get_health: () => vip.health.status,
    get_replace_map: () => replaceMap,
    list_agents: () => localAgents(vip, signal),
  };
  for (const [name, call] of Object.entries(methods)) vip.rpc.export(name, { params: none, call });
}

/** What it answers on the central's bus, and to the central alone (agents-cli.md §5.4). */
export function exportThere(rpc: Rpc, { vip, instanceName, signal }: Shown): void {
  const methods = {
    get_instance_name: () => instanceName,
    get_instance_uuid: () => instanceIdOf(instanceName),
    get_vip_addresses: () => addressesOf(vip, signal),
    get_health: () => vip.health.status,
    list_agents: () => localAgents(vip, signal),
    status_agents: () => vip.rpc.call(services.control, 'status_agents', [], { signal }),
  };
  for (const [name, call] of Object.entries(methods)) {
    rpc.export(name, {
      params: none,
      call: (_args, { user }) => {
        if (user === CENTRAL) return call();
        throw new UnauthorizedError(`Only "${CENTRAL}" may ask this, not "${user}".`, { item: 'user', value: user });
      },
    });
  }
}

async function addressesOf(vip: Vip, signal: AbortSignal): Promise<readonly string[]> {
  const addresses = asAddresses((await vip.query('addresses', { signal })) ?? null, 'the addresses of the platform');
  return (addresses ?? []).filter((address) => address.startsWith('tcp://'));
}

const asKeys = checker(t.Record(t.String(), t.Union([t.String(), t.Null()])));

async function publicKeyOf(vip: Vip, signal: AbortSignal): Promise<string | null> {
  const keys = await vip.rpc.call(services.control, 'get_all_agent_publickeys', [], { signal });
  return asKeys(keys, 'get_all_agent_publickeys')[vip.identity] ?? null;
}
