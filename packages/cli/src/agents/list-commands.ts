import type { AgentSelection } from '@volttron-ts/aip';
import { selectAgents } from '@volttron-ts/aip';
import { checker, services, t } from '@volttron-ts/vip-core';
import type { Static } from '@volttron-ts/vip-core';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { lengthOf } from '../length-of.ts';
import type { Runner } from '../runner.ts';
import { agentRows, NO_AGENTS } from './agent-table.ts';
import { agentsOfHome, agentsOfPlatform, callControl, choose, withSelection } from './known-agents.ts';
import type { KnownAgent } from './known-agents.ts';

interface ListOptions extends AgentSelection {
  readonly n: string;
}

const NullableCount = t.Union([t.Integer(), t.Null()]);
const asStatuses = checker(
  t.Array(t.Tuple([t.String(), t.String(), t.Tuple([NullableCount, NullableCount]), t.Union([t.String(), t.Null()])])),
);

const Health = t.Object(
  {
    last_heartbeat: t.Optional(t.Unknown()),
    message: t.Optional(t.Union([t.String(), t.Null()])),
  },
  { additionalProperties: true },
);
type Health = Static<typeof Health>;
const asHealth = checker(t.Record(t.String(), Health));

/** `vctl list`, `status` and `health`. */
export function addListCommands(program: Command, run: Runner): void {
  withLength(program.command('list [pattern...]')).description('list the installed agents').action(run(list));
  withLength(program.command('status [pattern...]'))
    .description('show which agents run, and how they are')
    .action(run(status));
  withSelection(program.command('health <pattern>')).description('show how an agent is').action(run(health));
}

function withLength(command: Command): Command {
  return withSelection(command).option('-n <number>', 'show so many characters of each UUID, 0 for all', '1');
}

async function list(context: CommandContext, patterns: readonly string[], options: ListOptions): Promise<void> {
  const atLeast = lengthOf('list', options.n);
  const installed = await agentsOfHome(context);
  const agents = chosen(context, 'list', { installed, patterns, by: options });
  const headings = ['', 'AGENT', 'IDENTITY', 'TAG', '   PRI'];
  const cells = ({ priority }: KnownAgent): string[] => [(priority ?? '').padStart(6)];
  const text = agents.length === 0 ? '' : agentRows(context, agents, { among: installed, atLeast, headings, cells });
  const listed = agents.map(({ uuid, name, identity, tag, priority }) => {
    return [identity, { agent_uuid: uuid, name, identity, agent_tag: tag ?? '', PRI: priority ?? '' }];
  });
  context.print(text, Object.fromEntries(listed));
}

interface Choice {
  readonly installed: readonly KnownAgent[];
  readonly patterns: readonly string[];
  readonly by: AgentSelection;
}

/** Those to show: all when there is no pattern. Patterns that choose none are told. */
function chosen(context: CommandContext, command: string, { installed, patterns, by }: Choice): KnownAgent[] {
  const agents = selectAgents(installed, patterns, by);
  for (const pattern of choose(installed, patterns, by).missed) {
    context.note(`${command}: error: agent not found: ${pattern}\n`);
  }
  if (agents.length === 0) context.note(NO_AGENTS);
  return agents;
}

interface Status {
  /** As the original shows it: `running [23306]`, the exit code, or nothing. */
  readonly text: string;
  readonly health: Health | undefined;
}

async function status(context: CommandContext, patterns: readonly string[], options: ListOptions): Promise<void> {
  const atLeast = lengthOf('status', options.n);
  const installed = await agentsOfPlatform(context);
  const agents = chosen(context, 'status', { installed, patterns, by: options });
  const statuses = agents.length === 0 ? new Map<string, Status>() : await readStatuses(context, agents);
  const of = ({ uuid }: KnownAgent): Status => statuses.get(uuid) ?? { text: '', health: undefined };
  const headings = ['UUID', 'AGENT', 'IDENTITY', 'TAG', 'STATUS'.padEnd(STATUS_WIDTH), 'HEALTH'];
  const cells = (agent: KnownAgent): string[] => {
    const { text, health: { message } = {} } = of(agent);
    return [text.padEnd(STATUS_WIDTH), message ?? ''];
  };
  const text = agents.length === 0 ? '' : agentRows(context, agents, { among: installed, atLeast, headings, cells });
  const listed = agents.map((agent) => {
    const { uuid, name, identity, tag } = agent;
    const shown = { status: of(agent).text, health: of(agent).health ?? {} };
    return [identity, { agent_uuid: uuid, name, identity, agent_tag: tag ?? '', ...shown }];
  });
  context.print(text, Object.fromEntries(listed));
}

/** That of `running [12345]`. */
const STATUS_WIDTH = 15;

async function readStatuses(
  context: CommandContext,
  agents: readonly KnownAgent[],
): Promise<ReadonlyMap<string, Status>> {
  const started = asStatuses(await callControl(context, 'status_agents'), 'the statuses of control');
  const healths = await readHealth(context);
  const processes = new Map(started.map(([uuid, , process]) => [uuid, process]));
  return new Map(
    agents.map(({ uuid, identity }) => {
      const [pid, exitCode] = processes.get(uuid) ?? [null, null];
      const isRunning = pid !== null && exitCode === null;
      const text = exitCode === null ? (isRunning ? `running [${pid}]` : '') : String(exitCode);
      // What a stopped agent once said of itself is past.
      return [uuid, { text, health: isRunning ? healths[identity] : undefined }];
    }),
  );
}

async function readHealth(context: CommandContext): Promise<Readonly<Record<string, Health>>> {
  const platform = await context.platform();
  return asHealth(await platform.call(services.health, 'get_platform_health'), 'the answer of platform.health');
}

async function health(context: CommandContext, [pattern = '']: readonly string[], by: AgentSelection): Promise<void> {
  const installed = await agentsOfPlatform(context);
  const [agent] = chosen(context, 'health', { installed, patterns: [pattern], by });
  if (agent === undefined) {
    context.print('', {});
    return;
  }
  const found = (await readHealth(context))[agent.identity];
  if (found === undefined) {
    context.note(`No health associated with ${agent.uuid}\n`);
    context.print('', {});
  } else context.print(`${JSON.stringify(found, null, 4)}\n`, found);
}
