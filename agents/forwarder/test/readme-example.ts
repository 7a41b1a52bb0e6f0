import { startAgent } from '@volttron-ts/agent';
import type { RunningAgent, StartAgentOptions } from '@volttron-ts/agent';
import forwarder from '@volttron-ts/forwarder';

/** On a bus, with a log and a clock. */
export const start = (surroundings: StartAgentOptions): RunningAgent =>
  startAgent(forwarder, {
    ...surroundings,
    config: { 'destination-vip': 'tcp://central:22916', prefixes: ['devices/'] },
  });
