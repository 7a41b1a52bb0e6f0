import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An agent as it lies in `$VOLTTRON_HOME/agents/<uuid>` (reference/agents-cli.md §7.9). */
export interface InstalledAgent {
  readonly uuid: string;
  /** Name and version, such as `listeneragent-3.3`. */
  readonly name: string;
  readonly identity: string;
  readonly tag: string | null;
  readonly publickey: string;
}

/** How patterns choose agents; without a flag a pattern is the beginning of a UUID, else of a name. */
export interface AgentSelection {
  readonly name?: true;
  readonly tag?: true;
  readonly allTagged?: true;
  readonly uuid?: true;
}

/** The installed agents, by name; a folder that is none is passed over. */
export async function installedAgents(home: string): Promise<InstalledAgent[]> {
  const folder = join(home, 'agents');
  const uuids = await readdir(folder).catch(() => []);
  const agents = await Promise.all(uuids.map((uuid) => readAgent(join(folder, uuid), uuid)));
  return agents.filter((agent) => agent !== undefined).toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

async function readAgent(folder: string, uuid: string): Promise<InstalledAgent | undefined> {
  const names = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const name = names.find((entry) => entry.isDirectory())?.name;
  const identity = await readWord(join(folder, 'IDENTITY'));
  if (name === undefined || identity === undefined) return undefined;
  const keyStore = await readWord(join(folder, name, `${name}.dist-info`, 'keystore.json'));
  const publickey = publicKeyIn(keyStore);
  const tag = (await readWord(join(folder, 'TAG'))) ?? null;
  return { uuid, name, identity, tag, publickey };
}

async function readWord(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return undefined;
  }
}

/** Empty when there is none to read. */
function publicKeyIn(text = '{}'): string {
  try {
    const { public: key } = JSON.parse(text) as { public?: unknown };
    return typeof key === 'string' ? key : '';
  } catch {
    return '';
  }
}

/** The agents that any of the patterns chooses, all when there is none. */
export function selectAgents(
  agents: readonly InstalledAgent[],
  patterns: readonly string[],
  by: AgentSelection,
): InstalledAgent[] {
  const tagged = by.allTagged === true ? agents.filter(({ tag }) => tag !== null) : undefined;
  if (patterns.length === 0) return [...(tagged ?? agents)];
  const chosen = new Set([...(tagged ?? []), ...patterns.flatMap((pattern) => chosenBy(agents, pattern, by))]);
  return agents.filter((agent) => chosen.has(agent));
}

function chosenBy(agents: readonly InstalledAgent[], pattern: string, by: AgentSelection): InstalledAgent[] {
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
