import type { Vip } from '@volttron-ts/agent';
import { checker, t } from '@volttron-ts/vip-core';

const Agent = t.Object({
  name: t.String(),
  uuid: t.String(),
  identity: t.String(),
  is_running: t.Boolean(),
  version: t.String(),
  health: t.Object({ status: t.String() }),
});
const Health = t.Object({ status: t.String(), context: t.Unknown(), last_updated: t.Union([t.String(), t.Null()]) });

const asName = checker(t.String());
const asAddresses = checker(t.Array(t.String()));
const asHealth = checker(Health);

/** The agents that a platform tells, as it tells them; throws InvalidValueError for what is no list of agents. */
export const asAgents = checker(t.Array(Agent));

/** One platform as clients see it. */
export interface KnownPlatform {
  /** Of the identity, so that it stays over restarts (agents-cli.md §5.2). */
  readonly uuid: string;
  /** On this bus. */
  readonly identity: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly health: unknown;
  readonly agents: readonly unknown[];
}

export const uuidOf = (identity: string): string => Buffer.from(identity).toString('base64');

/** Peers that are platforms (agents-cli.md §5.2). */
export const isPlatform = (peer: string): boolean => peer.endsWith('.platform.agent') || peer.startsWith('vcp-');

/** Asks a platform what there is to know of it. Rejects as `vip.rpc.call` does, and for answers that are none. */
export async function askPlatform(
  vip: Pick<Vip, 'rpc'>,
  identity: string,
  signal: AbortSignal,
): Promise<KnownPlatform> {
  const ask = (method: string): Promise<unknown> => vip.rpc.call(identity, method, [], { signal });
  const [name, addresses, health, agents] = await Promise.all(
    ['get_instance_name', 'get_vip_addresses', 'get_health', 'list_agents'].map(ask),
  );
  return {
    uuid: uuidOf(identity),
    identity,
    name: asName(name, `the name of ${identity}`),
    addresses: asAddresses(addresses, `the addresses of ${identity}`),
    health: asHealth(health, `the health of ${identity}`),
    agents: asAgents(agents, `the agents of ${identity}`),
  };
}
