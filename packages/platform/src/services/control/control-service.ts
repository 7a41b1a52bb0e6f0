import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import type { AuditLog } from '@volttron-ts/auth';
import { changingMethods } from './changing-methods.ts';
import type { ChangingContext } from './changing-methods.ts';
import type { Methods } from './control-methods.ts';
import { installMethods } from './install-methods.ts';
import type { InstallContext } from './install-methods.ts';
import { readingMethods } from './reading-methods.ts';
import type { ReadingContext } from './reading-methods.ts';

export type ControlContext = ReadingContext &
  ChangingContext &
  InstallContext & {
    /** Keeps who changed what. */
    readonly audit: Pick<AuditLog, 'record'>;
  };

/**
 * `control` (reference/vip-zmq.md §5.2): the agents installed on this host. What changes anything needs
 * `manage_agents`; the rest is open, as in the original.
 */
export function defineControlService(context: ControlContext): AgentDefinition {
  const changing = { ...changingMethods(context), ...installMethods(context) };
  return defineAgent({
    // Names the topic of its alerts, which is the original's.
    name: 'ControlService',
    config: t.Object({}),
    methods: { ...readingMethods(context), ...audited(changing, context.audit) },
  });
}

/** What was done is answered once its record is on the disk. */
function audited(methods: Methods, audit: ControlContext['audit']): Methods {
  const entries = Object.entries(methods).map(([name, method]) => {
    const call: Methods[string]['call'] = async (args, context) => {
      const result = await method.call(args, context);
      const [first, ...further] = args as readonly unknown[];
      const item = typeof first === 'string' ? first : 'platform';
      // The arguments of an installation hold a secret key.
      const details = name === 'install_agent' ? { identity: further[1], uuid: result } : { arguments: args };
      await audit.record({ actor: context.caller.user, action: `control.${name}`, item, details });
      return result;
    };
    return [name, { ...method, call }] as const;
  });
  return Object.fromEntries(entries);
}
