import type { LogLevel } from '@volttron-ts/vip-core';
import { UsageError } from './errors.ts';
import { readOptions } from './read-options.ts';

export const USAGE = `Usage: volttron-agent [options] MODULE
       volttron-agent --shared

Runs an agent: MODULE is an npm package, a file or a URL whose default export is defineAgent(…).

  --identity NAME   its VIP identity; else $AGENT_VIP_IDENTITY, else the agent's own name
  --config FILE     its configuration, JSON; else $AGENT_CONFIG
  --no-wait         end with code 1 when the platform denies this key or has another server key, or has not welcomed
                    the agent within 10 s
  --shared          only by itself: run several agents in this process, as the platform that started it asks
  -v, --verbose     log INFO (the default); -vv logs DEBUG
  --help            print this, and end

The platform is the one of $VOLTTRON_HOME, or ~/.volttron. The agent's keys are $AGENT_PUBLICKEY and $AGENT_SECRETKEY,
else those of the installed agent $AGENT_UUID, else those in the home's keystores.
`;

/** One agent to run, as the command line and the environment name it. */
export interface AgentArguments {
  readonly module: string;
  readonly identity: string | undefined;
  /** Path of its configuration. */
  readonly config: string | undefined;
  readonly wait: boolean;
  readonly level: LogLevel;
}

/** What `volttron-agent` is to do. Throws UsageError. */
export function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): AgentArguments | 'help' {
  const { values, positionals } = readOptions('volttron-agent', {
    args: [...args],
    allowPositionals: true,
    options: {
      identity: { type: 'string' },
      config: { type: 'string' },
      'no-wait': { type: 'boolean' },
      verbose: { type: 'boolean', short: 'v', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  const [module, ...more] = positionals;
  if (module === undefined || more.length > 0) {
    throw new UsageError('volttron-agent', `${positionals.length} agents are named instead of one MODULE`);
  }
  return {
    module,
    identity: values.identity ?? environment['AGENT_VIP_IDENTITY'],
    config: values.config ?? environment['AGENT_CONFIG'],
    wait: values['no-wait'] !== true,
    level: (values.verbose?.length ?? 0) > 1 ? 'debug' : 'info',
  };
}
