import { startAgent } from '@volttron-ts/agent';
import type { RunningAgent, StartAgentOptions } from '@volttron-ts/agent';
import replayDriver from '@volttron-ts/replay-driver';

/** On a bus, with a log and a clock. */
export const start = (surroundings: StartAgentOptions): RunningAgent =>
  startAgent(replayDriver, { ...surroundings, config: { rate: 100 } });
