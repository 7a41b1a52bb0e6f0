import type { CommandContext } from '../command-context.ts';
import { columns, columnWidths } from '../table.ts';
import type { KnownAgent } from './known-agents.ts';

export const NO_AGENTS = 'No installed Agents found\n';

/** Of these columns each is as wide as its longest cell, but the last, which is as wide as it is. */
export interface AgentTable<Agent> {
  /** All that are installed, whose UUIDs the shown ones are to be told from; 0 shows whole UUIDs. */
  readonly among: readonly Pick<KnownAgent, 'uuid'>[];
  readonly atLeast: number;
  readonly headings: readonly string[];
  readonly cells: (agent: Agent) => readonly string[];
}

/** Writes the headings to the errors, so that the rows can be piped, and answers the rows. */
export function agentRows<Agent extends KnownAgent>(
  context: CommandContext,
  agents: readonly Agent[],
  { among, atLeast, headings, cells }: AgentTable<Agent>,
): string {
  const least = atLeast === 0 ? Infinity : atLeast;
  const length = Math.max(least, distinctLength(among.map(({ uuid }) => uuid)));
  const shown = agents.map((agent) => [
    agent.uuid.slice(0, length),
    agent.name,
    agent.identity,
    agent.tag ?? '',
    ...cells(agent),
  ]);
  const [first = '', ...others] = headings;
  const widths = columnWidths([['', ...others], ...shown]);
  context.note(columns([first, ...others], widths));
  return shown.map((row) => columns(row, widths)).join('');
}

/** How many characters tell all of these apart. */
function distinctLength(uuids: readonly string[]): number {
  const isEnough = (length: number): boolean =>
    new Set(uuids.map((uuid) => uuid.slice(0, length))).size === uuids.length;
  return Array.from({ length: 36 }, (_, at) => at + 1).find(isEnough) ?? 36;
}
