import { startAgent } from '@volttron-ts/agent';
import type { AgentDefinition, RunningAgent } from '@volttron-ts/agent';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { parseAddress } from '@volttron-ts/vip-core';
import { curveKeyPair } from 'zeromq';
import { quietLog, volttronForm } from './start-router.ts';

export interface BenchAgentConfig {
  readonly endpoint: string;
  /** Z85. */
  readonly serverKey: string;
}

/** An agent on the router under test; settles when it was welcomed. */
export async function startBenchAgent(
  definition: AgentDefinition,
  { endpoint, serverKey }: BenchAgentConfig,
): Promise<RunningAgent> {
  const { publicKey, secretKey } = curveKeyPair();
  const agent = startAgent(definition, {
    bus: new ZmqConnection({
      identity: definition.name,
      address: parseAddress(endpoint),
      keys: {
        publickey: volttronForm(publicKey),
        secretkey: volttronForm(secretKey),
        serverkey: volttronForm(serverKey),
      },
      clock: systemClock,
    }),
    log: quietLog,
    clock: systemClock,
  });
  await agent.vip.hello('');
  return agent;
}
