import { AgentUnknownError, installedAgents, selectAgents } from '@volttron-ts/aip';
import type { AgentSelection } from '@volttron-ts/aip';
import { checker, services, t } from '@volttron-ts/vip-core';
import type { Static } from '@volttron-ts/vip-core';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';

const NullableText = t.Union([t.String(), t.Null()]);

/** An installed agent, as it lies in the home and as `control` tells it. */
const KnownAgent = t.Object(
  { uuid: t.String(), name: t.String(), identity: t.String(), tag: NullableText, priority: NullableText },
  { additionalProperties: true },
);
export type KnownAgent = Static<typeof KnownAgent>;

const asAgents = checker(t.Array(KnownAgent));

/** Calls a method of `control`. */
export async function callControl(context: CommandContext, method: string, ...args: unknown[]): Promise<unknown> {
  const platform = await context.platform();
  return platform.call(services.control, method, args);
}

/** The agents that a running platform knows. */
export async function agentsOfPlatform(context: CommandContext): Promise<KnownAgent[]> {
  const agents = asAgents(await callControl(context, 'list_agents'), 'the agents of control');
  return agents.toSorted((a, b) => a.name.localeCompare(b.name, 'en') || a.uuid.localeCompare(b.uuid, 'en'));
}

/** The agent of a UUID that the platform has just told. Throws AgentUnknownError. */
export async function agentOf(context: CommandContext, uuid: string): Promise<KnownAgent> {
  const agent = (await agentsOfPlatform(context)).find((one) => one.uuid === uuid);
  if (agent === undefined) throw new AgentUnknownError(uuid);
  return agent;
}

/** The agents of the home, for which no platform needs to run; with `--vip-address`, those of that platform. */
export function agentsOfHome(context: CommandContext): Promise<KnownAgent[]> {
  return context.global.vipAddress === undefined ? installedAgents(context.home) : agentsOfPlatform(context);
}

/** Lets a command choose agents by patterns (reference/agents-cli.md §7.1). */
export function withSelection(command: Command): Command {
  return command
    .option('--name', 'patterns are names')
    .option('--tag', 'patterns are tags')
    .option('--all-tagged', 'all agents that have a tag')
    .option('--uuid', 'patterns are UUIDs')
    .addHelpText('after', '\nPatterns may hold * and ?. Without an option they begin a UUID, or else a name.');
}

export interface Chosen {
  /** Each once, by name. */
  readonly agents: KnownAgent[];
  /** Patterns that choose none. */
  readonly missed: string[];
}

/** The agents that patterns choose; none without a pattern, but for `--all-tagged`. */
export function choose(agents: readonly KnownAgent[], patterns: readonly string[], by: AgentSelection): Chosen {
  const { allTagged, ...byPattern } = by;
  const missed = patterns.filter((pattern) => selectAgents(agents, [pattern], byPattern).length === 0);
  const isAll = patterns.length > 0 || allTagged === true;
  return { agents: isAll ? selectAgents(agents, patterns, by) : [], missed };
}
