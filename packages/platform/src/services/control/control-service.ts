import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import { changingMethods } from './changing-methods.ts';
import type { ChangingContext } from './changing-methods.ts';
import { installMethods } from './install-methods.ts';
import type { InstallContext } from './install-methods.ts';
import { readingMethods } from './reading-methods.ts';
import type { ReadingContext } from './reading-methods.ts';

export type ControlContext = ReadingContext & ChangingContext & InstallContext;

/**
 * `control` (reference/vip-zmq.md §5.2): the agents installed on this host. What changes anything needs
 * `manage_agents`; the rest is open, as in the original.
 */
export function defineControlService(context: ControlContext): AgentDefinition {
  return defineAgent({
    // Names the topic of its alerts, which is the original's.
    name: 'ControlService',
    config: t.Object({}),
    methods: { ...readingMethods(context), ...changingMethods(context), ...installMethods(context) },
  });
}
