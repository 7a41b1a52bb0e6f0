import {
  alertDenied,
  readRemote,
  reportRemote,
  runWithConfig,
  whenConnected,
  whileConnected,
} from '@volttron-ts/agent';
import type { AgentContext, RemotePlatform } from '@volttron-ts/agent';
import { AgentNews } from './agent-news.ts';
import { exportHere, exportThere } from './shown-methods.ts';

export interface CentralPlatformConfig {
  readonly 'volttron-central-address'?: string;
  readonly 'volttron-central-serverkey'?: string;
  readonly 'volttron-central-root-certificate'?: string;
  readonly 'instance-name'?: string;
  readonly 'topic-replace-map': Readonly<Record<string, string>>;
}

/** What a change of its values begins anew. */
const KEYS = [
  ...(['volttron-central-address', 'volttron-central-serverkey', 'volttron-central-root-certificate'] as const),
  ...(['instance-name', 'topic-replace-map'] as const),
];

/** Is a peer on the central's bus, which finds it there, for as long as the agent lives. */
export function present(context: AgentContext<CentralPlatformConfig>): Promise<void> {
  return runWithConfig(context, KEYS, (signal) => presentTo({ ...context, signal }));
}

async function presentTo(context: AgentContext<CentralPlatformConfig>): Promise<void> {
  const { vip, config, signal } = context;
  const setting = async (name: string): Promise<string | undefined> => {
    const value = await vip.query(name, { signal });
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const instanceName = config['instance-name'] ?? (await setting('instance-name')) ?? '';
  const shown = { vip, instanceName, replaceMap: config['topic-replace-map'], signal };
  exportHere(shown);
  const { address, options } = await readRemote({
    prefix: 'volttron-central',
    address: config['volttron-central-address'] ?? (await setting('volttron-central-address')),
    serverkey: config['volttron-central-serverkey'] ?? (await setting('volttron-central-serverkey')),
    rootCertificate: config['volttron-central-root-certificate'],
  });
  const remote = vip.auth.connectRemotePlatform(address, options);
  exportThere(remote.rpc, shown);
  const stopReporting = remote.onState(() => {
    report(context, remote);
  });
  try {
    while (await whenConnected(remote, signal)) {
      const failure = await whileConnected(remote, signal, (turn) =>
        new AgentNews({ ...context, remote, signal: turn }).run(),
      );
      if (failure !== undefined) throw failure;
    }
  } finally {
    stopReporting();
    await remote.close();
  }
}

function report({ vip, log }: AgentContext<CentralPlatformConfig>, remote: RemotePlatform): void {
  const { phase, reason } = remote.state;
  const why = reason?.line ?? null;
  reportRemote(vip.health, { address: remote.address, state: phase, reason: why });
  if (phase === 'denied') alertDenied(vip.health, vip.identity, why, log);
}
