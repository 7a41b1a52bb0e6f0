import { startAgent } from '@volttron-ts/agent';
import type { RunningAgent, StartAgentOptions } from '@volttron-ts/agent';
import listener from '@volttron-ts/listener';

/** On a bus, with a log and a clock. */
export const start = (surroundings: StartAgentOptions): RunningAgent =>
  startAgent(listener, { ...surroundings, config: { message: 'all ears' } });
