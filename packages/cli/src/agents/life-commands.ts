import type { AgentSelection } from '@volttron-ts/aip';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { ArgumentsError, SelectionError } from '../errors.ts';
import type { Runner } from '../runner.ts';
import { agentsOfPlatform, callControl, choose, withSelection } from './known-agents.ts';
import type { Chosen, KnownAgent } from './known-agents.ts';
import { readProcess, waitUntilReady } from './readiness.ts';
import { tellMissed } from './tell-missed.ts';

/** `vctl start`, `stop`, `restart`, `remove` and `clear`. */
export function addLifeCommands(program: Command, run: Runner): void {
  withSelection(program.command('start [pattern...]'))
    .description('start agents, and wait until they answer')
    .action(run(start));
  withSelection(program.command('stop [pattern...]')).description('stop agents').action(run(stop));
  withSelection(program.command('restart [pattern...]'))
    .description('stop agents, start them again, and wait until they answer')
    .action(run(restart));
  withSelection(program.command('remove <pattern...>'))
    .description('stop agents and take them out of the home')
    .option('-f, --force', 'also when a pattern chooses several')
    .action(run(remove));
  program
    .command('clear')
    .description('forget how stopped agents ended')
    .option('-a, --all', 'of all stopped agents, not only of removed ones')
    .action(run(clear));
}

/** Those that patterns choose, and the missed patterns told. Throws ArgumentsError when there is nothing to choose by. */
async function chosen(
  context: CommandContext,
  command: string,
  patterns: readonly string[],
  by: AgentSelection,
): Promise<KnownAgent[]> {
  if (patterns.length === 0 && by.allTagged !== true) {
    throw new ArgumentsError(command, 'Name agents, as "vctl list" shows them, or give --all-tagged');
  }
  const { agents, missed } = choose(await agentsOfPlatform(context), patterns, by);
  tellMissed(context, command, missed);
  return agents;
}

async function start(context: CommandContext, patterns: readonly string[], by: AgentSelection): Promise<void> {
  const agents = await chosen(context, 'start', patterns, by);
  await bringUp(context, 'start', agents);
}

async function restart(context: CommandContext, patterns: readonly string[], by: AgentSelection): Promise<void> {
  const agents = await chosen(context, 'restart', patterns, by);
  await bringUp(context, 'restart', agents);
}

/** Starts what does not run, for `restart` also what runs; waits until all of them answer. */
async function bringUp(
  context: CommandContext,
  command: 'start' | 'restart',
  agents: readonly KnownAgent[],
): Promise<void> {
  const begun: KnownAgent[] = [];
  for (const agent of agents) {
    const { uuid, name } = agent;
    const { isRunning } = await readProcess(context, uuid);
    if (isRunning && command === 'start') continue;
    if (isRunning) context.tell(`Stopping ${uuid} ${name}\n`);
    context.tell(`Starting ${uuid} ${name}\n`);
    await callControl(context, isRunning ? 'restart_agent' : 'start_agent', uuid);
    begun.push(agent);
  }
  const pids = await Promise.all(begun.map((agent) => waitUntilReady(context, agent, { command })));
  context.print(
    '',
    reportOf(begun, (_, at) => ({ status: `running [${pids[at]}]` })),
  );
}

async function stop(context: CommandContext, patterns: readonly string[], by: AgentSelection): Promise<void> {
  const stopped: KnownAgent[] = [];
  for (const agent of await chosen(context, 'stop', patterns, by)) {
    if (!(await readProcess(context, agent.uuid)).isRunning) continue;
    context.tell(`Stopping ${agent.uuid} ${agent.name}\n`);
    await callControl(context, 'stop_agent', agent.uuid);
    stopped.push(agent);
  }
  context.print(
    '',
    reportOf(stopped, () => ({ status: 'stopped' })),
  );
}

async function remove(
  context: CommandContext,
  patterns: readonly string[],
  { force, ...by }: AgentSelection & { readonly force?: true },
): Promise<void> {
  const installed = await agentsOfPlatform(context);
  const choices = patterns.map((pattern) => ({ pattern, ...choose(installed, [pattern], by) }));
  if (force !== true) refuseSeveral(choices);
  const { agents, missed } = choose(installed, patterns, by);
  tellMissed(context, 'remove', missed);
  for (const { uuid, name } of agents) {
    context.tell(`Removing ${uuid} ${name}\n`);
    await callControl(context, 'remove_agent', uuid);
  }
  context.print(
    '',
    reportOf(agents, () => ({ status: 'removed' })),
  );
}

function refuseSeveral(choices: readonly (Chosen & { readonly pattern: string })[]): void {
  const several = choices.find(({ agents }) => agents.length > 1);
  if (several === undefined) return;
  const remedy = 'Use -f or --force to force removal of multiple agents.';
  throw new SelectionError('remove', 'pattern returned multiple agents', several.pattern, remedy);
}

/** Agents by identity, as `status --json` has them. */
function reportOf(
  agents: readonly KnownAgent[],
  more: (agent: KnownAgent, at: number) => Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    agents.map((agent, at) => {
      const { uuid, name, identity, tag } = agent;
      return [identity, { agent_uuid: uuid, name, identity, agent_tag: tag ?? '', ...more(agent, at) }];
    }),
  );
}

async function clear(context: CommandContext, _: readonly string[], { all }: { readonly all?: true }): Promise<void> {
  await callControl(context, 'clear_status', all === true);
  context.print('', { cleared: all === true ? 'all' : 'removed' });
}
