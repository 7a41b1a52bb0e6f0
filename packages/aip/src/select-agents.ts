import type { AgentSelection, InstalledAgent } from './installed-agent.ts';

/** What patterns look at. */
type Selectable = Pick<InstalledAgent, 'uuid' | 'name' | 'tag'>;

/** The agents that any of the patterns chooses, all when there is none; an empty choice is not an error. */
export function selectAgents<Agent extends Selectable>(
  agents: readonly Agent[],
  patterns: readonly string[],
  by: AgentSelection,
): Agent[] {
  const tagged = by.allTagged === true ? agents.filter(({ tag }) => tag !== null) : undefined;
  if (patterns.length === 0) return [...(tagged ?? agents)];
  const chosen = new Set([...(tagged ?? []), ...patterns.flatMap((pattern) => chosenBy(agents, pattern, by))]);
  return agents.filter((agent) => chosen.has(agent));
}

function chosenBy<Agent extends Selectable>(agents: readonly Agent[], pattern: string, by: AgentSelection): Agent[] {
  const whole = patternMatcher(pattern, '$');
  const flags = [by.name && 'name', by.tag && 'tag', by.uuid && 'uuid'].filter((flag) => flag !== undefined);
  if (flags.length > 0) return agents.filter((agent) => flags.some((flag) => whole(agent[flag as 'name'])));
  const begins = patternMatcher(pattern, '');
  const byUuid = agents.filter(({ uuid }) => begins(uuid));
  if (byUuid.length > 0) return byUuid.length === 1 ? byUuid : [];
  return agents.filter(({ name }) => begins(name));
}

/** `*` stands for any text, `?` for any character. */
function patternMatcher(pattern: string, end: string): (text: string | null) => boolean {
  const expression = pattern.replace(/[\\^$.*+?()[\]{}|]/g, (character) => {
    return { '*': '.*', '?': '.' }[character] ?? `\\${character}`;
  });
  const matcher = new RegExp(`^${expression}${end}`, 's');
  return (text) => text !== null && matcher.test(text);
}
