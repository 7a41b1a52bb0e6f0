import { startAgent } from '@volttron-ts/agent';
import type { RunningAgent, StartAgentOptions } from '@volttron-ts/agent';
import dataPuller from '@volttron-ts/data-puller';

/** On a bus, with a log and a clock. */
export const start = (surroundings: StartAgentOptions): RunningAgent =>
  startAgent(dataPuller, {
    ...surroundings,
    config: { 'source-vip': 'tcp://field:22916', services_topic_list: ['devices'] },
  });
