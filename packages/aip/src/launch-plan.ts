import type { InstalledAgent } from './installed-agent.ts';

/** What an agent's process is started with. */
export interface LaunchPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface LaunchFacts {
  readonly agent: InstalledAgent;
  readonly home: string;
  /** The file Node runs: `volttron-agent`'s. */
  readonly program: string;
  /** The module with the agent, absolute. */
  readonly entry: string;
  /** Absent when it has none. */
  readonly config: string | undefined;
  readonly exitFile: string;
  /** URL of the module that is loaded before the program. */
  readonly preload: string;
  /** Of this process. */
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Command line and environment of an agent's process (reference/vip-zmq.md §4.4). Of the platform's own variables it
 * inherits all but those that speak of one agent. Keys are not passed: AGENT_UUID says where they lie.
 */
export function launchPlan(facts: LaunchFacts): LaunchPlan {
  const { agent, execArgv, preload, program, entry } = facts;
  const inherited = Object.entries(facts.environment).filter(
    ([name]) => !name.startsWith('AGENT_') && name !== 'NODE_CHANNEL_FD' && name !== 'NODE_UNIQUE_ID',
  );
  return {
    command: facts.execPath,
    args: [...sourceConditions(execArgv), `--import=${preload}`, program, entry],
    environment: {
      ...Object.fromEntries(inherited),
      VOLTTRON_HOME: facts.home,
      AGENT_UUID: agent.uuid,
      AGENT_VIP_IDENTITY: agent.identity,
      AGENT_EXIT_FILE: facts.exitFile,
      ...(facts.config !== undefined && { AGENT_CONFIG: facts.config }),
      ...(agent.tag !== null && { AGENT_TAG: agent.tag }),
      _LAUNCHED_BY_PLATFORM: '1',
    },
  };
}

/** Children run from the sources when we do. */
export const sourceConditions = (execArgv: readonly string[]): string[] =>
  execArgv.filter((argument) => argument.startsWith('--conditions='));
