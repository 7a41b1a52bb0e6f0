import { startAgent } from '@volttron-ts/agent';
import type { RunningAgent, StartAgentOptions } from '@volttron-ts/agent';
import sysmon from '@volttron-ts/sysmon';

/** On a bus, with a log and a clock. */
export const start = (surroundings: StartAgentOptions): RunningAgent =>
  startAgent(sysmon, { ...surroundings, config: { topic: 'devices/lab/pc/all', interval: 5 } });
