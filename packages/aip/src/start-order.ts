import type { InstalledAgent } from './installed-agent.ts';

/**
 * The agents that start with the platform, in the order they do: one group for each priority, the highest number first,
 * compared as numbers (reference/agents-cli.md §7.9; the original compares texts, so that 5 comes before 49).
 */
export function startOrder(agents: readonly InstalledAgent[]): InstalledAgent[][] {
  const groups = new Map<number, InstalledAgent[]>();
  for (const agent of agents) {
    if (agent.priority === null || !/^\d{1,2}$/.test(agent.priority)) continue;
    const priority = Number(agent.priority);
    groups.set(priority, [...(groups.get(priority) ?? []), agent]);
  }
  return [...groups].toSorted(([a], [b]) => b - a).map(([, group]) => group);
}
