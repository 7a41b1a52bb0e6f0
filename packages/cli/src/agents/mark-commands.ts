import { checkPriority, setPriority, setTag } from '@volttron-ts/aip';
import type { AgentSelection } from '@volttron-ts/aip';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { SelectionError } from '../errors.ts';
import type { Runner } from '../runner.ts';
import { agentsOfHome, callControl, choose, withSelection } from './known-agents.ts';
import type { KnownAgent } from './known-agents.ts';
import { tellMissed } from './tell-missed.ts';

/** `vctl tag`, `enable` and `disable`: files of the home, for which no platform needs to run. */
export function addMarkCommands(program: Command, run: Runner): void {
  withSelection(program.command('tag <agent> [tag]'))
    .description('give an agent a tag, or print it')
    .option('-r, --remove', 'take the tag away')
    .action(run(tag));
  withSelection(program.command('enable <pattern...>'))
    .description('let agents start with the platform')
    .option('-p, --priority <number>', '00 to 99; those of a higher one start first', '50')
    .action(run(enable));
  withSelection(program.command('disable <pattern...>'))
    .description('let agents not start with the platform')
    .action(run(disable));
}

async function tag(
  context: CommandContext,
  [pattern = '', given]: readonly string[],
  { remove, ...by }: AgentSelection & { readonly remove?: true },
): Promise<void> {
  const { agents } = choose(await agentsOfHome(context), [pattern], by);
  const [agent, ...others] = agents;
  if (agent === undefined || others.length > 0) {
    throw new SelectionError('tag', agent === undefined ? 'agent not found' : 'multiple agents selected', pattern);
  }
  const { uuid, name, identity, tag: now } = agent;
  const next = given ?? (remove === true ? null : now);
  if (next !== now) await mark(context, agent, 'tag', next);
  const text = sayTag(agent, given, remove === true);
  context.print(text, { agent_uuid: uuid, name, identity, agent_tag: next ?? '' });
}

function sayTag({ uuid, name, tag: now }: KnownAgent, given: string | undefined, remove: boolean): string {
  if (given !== undefined) return `Tagging ${uuid} ${name}\n`;
  if (now === null) return '';
  return remove ? `Removing tag for ${uuid} ${name}\n` : `${now}\n`;
}

async function enable(
  context: CommandContext,
  patterns: readonly string[],
  { priority: given, ...by }: AgentSelection & { readonly priority: string },
): Promise<void> {
  const priority = checkPriority(given);
  const text = ({ uuid, name }: KnownAgent): string => `Enabling ${uuid} ${name} with priority ${priority}\n`;
  await prioritize(context, { command: 'enable', patterns, by, priority, text });
}

function disable(context: CommandContext, patterns: readonly string[], by: AgentSelection): Promise<void> {
  const text = ({ uuid, name }: KnownAgent): string => `Disabling ${uuid} ${name}\n`;
  return prioritize(context, { command: 'disable', patterns, by, priority: null, text });
}

interface Prioritized {
  readonly command: string;
  readonly patterns: readonly string[];
  readonly by: AgentSelection;
  readonly priority: string | null;
  readonly text: (agent: KnownAgent) => string;
}

async function prioritize(
  context: CommandContext,
  { command, patterns, by, priority, text }: Prioritized,
): Promise<void> {
  const { agents, missed } = choose(await agentsOfHome(context), patterns, by);
  tellMissed(context, command, missed);
  for (const agent of agents) await mark(context, agent, 'priority', priority);
  const changed = agents.map(({ identity, uuid, name }) => [identity, { agent_uuid: uuid, name, PRI: priority ?? '' }]);
  context.print(agents.map(text).join(''), Object.fromEntries(changed));
}

/** In the home, or by the platform that `--vip-address` names. */
async function mark(
  context: CommandContext,
  { uuid }: KnownAgent,
  what: 'tag' | 'priority',
  value: string | null,
): Promise<void> {
  if (context.global.vipAddress !== undefined) {
    await callControl(context, what === 'tag' ? 'tag_agent' : 'prioritize_agent', uuid, value);
  } else await (what === 'tag' ? setTag : setPriority)(context.home, uuid, value);
}
