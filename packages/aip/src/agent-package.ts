import { services, canonicalIdentity, checkIdentity, checker, InvalidValueError, t } from '@volttron-ts/vip-core';
import { AgentPackageError, IdentityExistsError, IdentityOfServiceError } from './errors.ts';

/** What the platform has to know of an agent's `package.json`. */
export interface AgentPackage {
  /** Name without scope, and version: the name of its folder and the beginning of its default identity. */
  readonly name: string;
  /** What it proposes as `volttron.identity`, `{n}` standing for the lowest free number. */
  readonly identity: string;
  /** The module with the agent, relative to the package, as Node itself would find it. */
  readonly entry: string;
  /** Names of `@volttron-ts` packages, which the platform provides. */
  readonly provided: readonly string[];
  /** All others it needs to run, with the versions it takes. */
  readonly foreign: Readonly<Record<string, string>>;
  /** What its entry is given so that it can do its work: `volttron.capabilities`. */
  readonly capabilities: readonly string[];
}

/**
 * Whoever installs an agent runs its code, and gives it what moves readings. What lets it change the platform is given
 * by an operator who means to (`vctl auth update`), not by a package.
 */
const Asked = t.Union([t.Literal('read_journal'), t.Literal('append_journal')]);

const Versions = t.Record(t.String(), t.String());
const checkManifest = checker(
  t.Object({
    name: t.String({ pattern: '^(@[a-zA-Z0-9_.~-]+/)?[a-zA-Z0-9_~-][a-zA-Z0-9_.~-]*$', maxLength: 214 }),
    version: t.String({ pattern: '^[0-9][0-9A-Za-z.+-]*$', maxLength: 64 }),
    main: t.Optional(t.String()),
    exports: t.Optional(t.Unknown()),
    dependencies: t.Optional(Versions),
    optionalDependencies: t.Optional(Versions),
    peerDependencies: t.Optional(Versions),
    volttron: t.Optional(t.Object({ identity: t.Optional(t.String()), capabilities: t.Optional(t.Array(Asked)) })),
  }),
);

/**
 * Reads an agent's manifest.
 *
 * @param what names it in the error
 * @throws AgentPackageError
 */
export function readAgentPackage(what: string, manifest: unknown): AgentPackage {
  const found = check(what, manifest);
  // What an identity may not hold ("+", "~") stays out of the folder's name too, from which identities are made.
  const name = `${found.name.replace(/^@.*\//, '')}-${found.version}`.replace(/[^A-Za-z0-9_.-]/g, '-');
  const needed = { ...found.dependencies, ...found.peerDependencies };
  const foreign = { ...found.dependencies, ...found.optionalDependencies };
  return {
    name,
    identity: found.volttron?.identity ?? `${name}_{n}`,
    entry: entryOf(what, exported(found.exports) ?? found.main ?? 'index.js'),
    provided: Object.keys(needed).filter(isOurs),
    capabilities: found.volttron?.capabilities ?? [],
    foreign: Object.fromEntries(Object.entries(foreign).filter(([dependency]) => !isOurs(dependency))),
  };
}

function check(what: string, manifest: unknown): ReturnType<typeof checkManifest> {
  try {
    return checkManifest(manifest, 'package.json');
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    const why = error.message.replace(/\.$/, '');
    throw new AgentPackageError(what, why, 'Write a package.json as npm has it, with name and version.', error);
  }
}

const isOurs = (name: string): boolean => name.startsWith('@volttron-ts/');

/** The conditions under which Node imports an installed package; an agent's sources are not run. */
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'default']);

/** The target of "." in a manifest's `exports`, by Node's rules. */
function exported(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (Array.isArray(exports)) return exports.map(exported).find((target) => target !== undefined);
  if (typeof exports !== 'object' || exports === null) return undefined;
  const paths = Object.entries(exports);
  if (paths.some(([key]) => key.startsWith('.'))) return exported((exports as Record<string, unknown>)['.']);
  return paths
    .filter(([condition]) => CONDITIONS.has(condition))
    .map(([, target]) => exported(target))
    .find((target) => target !== undefined);
}

function entryOf(what: string, target: string): string {
  const parts = target.split('/');
  if (!target.startsWith('/') && !parts.includes('..') && !target.includes('\\')) return target.replace(/^\.\//, '');
  throw new AgentPackageError(
    what,
    `its entry "${target}" lies outside of it`,
    'Correct exports or main in package.json.',
  );
}

const TAKEN_BY_PLATFORM = new Set<string>([...Object.values(services), 'zmq.proxy.router']);

/**
 * The identity a package gets: the one asked for, else the one it proposes (reference/vip-zmq.md §6.2).
 *
 * @throws InvalidValueError when it can be none, IdentityOfServiceError, IdentityExistsError unless `force`
 */
export function chooseIdentity(
  asked: string | undefined,
  { identity }: Pick<AgentPackage, 'identity'>,
  taken: ReadonlySet<string>,
  force: boolean,
): string {
  const chosen = checkIdentity(asked ?? lowestFree(identity, taken));
  if (TAKEN_BY_PLATFORM.has(canonicalIdentity(chosen))) throw new IdentityOfServiceError(chosen);
  if (taken.has(chosen) && !force) throw new IdentityExistsError(chosen);
  return chosen;
}

function lowestFree(template: string, taken: ReadonlySet<string>): string {
  if (!template.includes('{n}')) return template;
  for (let n = 1; ; n++) {
    const identity = template.replaceAll('{n}', String(n));
    if (!taken.has(identity)) return identity;
  }
}
