import { readRemote, runWithConfig, t } from '@volttron-ts/agent';
import type { AgentContext } from '@volttron-ts/agent';
import { Replicating, Replication } from '@volttron-ts/agent/replication';
import type { ReplicationStatus } from '@volttron-ts/agent/replication';

export interface ForwarderConfig {
  readonly 'destination-vip'?: string;
  readonly 'destination-address'?: string;
  readonly 'destination-serverkey'?: string;
  readonly 'destination-root-certificate'?: string;
  readonly prefixes: readonly string[];
  readonly window: number;
}

/** What `forwarding.status` answers. */
export interface ForwardingStatus extends ReplicationStatus {
  readonly destination: string;
}

/** What a change of its values begins anew. */
const KEYS = [
  ...(['destination-vip', 'destination-address', 'destination-serverkey', 'destination-root-certificate'] as const),
  ...(['prefixes', 'window'] as const),
];

/** Replicates the local journal to the destination for as long as the agent lives. */
export function forward(context: AgentContext<ForwarderConfig>): Promise<void> {
  return runWithConfig(context, KEYS, (signal) => forwardTo({ ...context, signal }));
}

/** To the destination that the configuration names now. */
async function forwardTo({ vip, config, clock, log, signal }: AgentContext<ForwarderConfig>): Promise<void> {
  const { address, options } = await readRemote({
    prefix: 'destination',
    address: config['destination-address'] ?? config['destination-vip'],
    serverkey: config['destination-serverkey'],
    rootCertificate: config['destination-root-certificate'],
  });
  const remote = vip.auth.connectRemotePlatform(address, options);
  const { prefixes, window: windowBytes } = config;
  const { journal, identity: cursor } = vip;
  const replication = new Replication({ journal, destination: remote, clock, cursor, prefixes, windowBytes });
  const replicating = new Replicating({ vip, remote, replication, clock, log });
  vip.rpc.export('forwarding.status', {
    params: t.Tuple([]),
    description: 'How far the destination holds the local journal, and how long readings take.',
    call: (): ForwardingStatus => ({ destination: remote.address, ...replicating.status }),
  });
  try {
    await replicating.run(signal);
  } finally {
    await remote.close();
  }
}
