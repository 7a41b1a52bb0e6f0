import { startAgent } from '@volttron-ts/agent';
import type { RunningAgent, StartAgentOptions } from '@volttron-ts/agent';
import historian from '@volttron-ts/historian';

/** On a bus, with a log and a clock. */
export const start = (surroundings: StartAgentOptions): RunningAgent =>
  startAgent(historian, {
    ...surroundings,
    config: { connection: { type: 'sqlite', params: { database: 'history.sqlite' } } },
  });
