import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readProtectedTopics } from '@volttron-ts/router';
import { isIdentity, parseLooseJson, VipError } from '@volttron-ts/vip-core';
import { HomeInUseError } from '../errors.ts';
import { change, create, ignore, invalid, use } from './home-item.ts';
import type { HomeItem } from './home-item.ts';
import { isThere, textOf } from './home-look.ts';
import type { HomeLook } from './home-look.ts';
import { programOf } from './running-program.ts';

/** What ours keeps and the original does not know. */
const OWN_FILES: readonly (readonly [path: string, what: string])[] = [
  ['audit.log', 'who did what'],
  ['audit.key', 'signs audit.log'],
  ['audit.head', 'the signed end of audit.log'],
  ['journal.sqlite', 'what was published, until it is handed on'],
  ['enrolment.sqlite', 'keys that asked to connect'],
];

export async function lookAtOwnFiles({ home }: HomeLook): Promise<readonly HomeItem[]> {
  return Promise.all(
    OWN_FILES.map(async ([path, what]) => ((await isThere(join(home, path))) ? use(path, what) : create(path, what))),
  );
}

/** `VOLTTRON_PID`, which is there as long as a platform runs. Throws HomeInUseError. */
export async function lookAtPid(look: HomeLook): Promise<readonly HomeItem[]> {
  const path = 'VOLTTRON_PID';
  const text = await textOf(look, path);
  if (text === undefined) return [];
  const pid = Number(text.trim());
  const program = programOf(pid);
  // A number is given again to other programs; one that cannot be told is taken for a platform.
  if (program === '' || program?.includes('volttron') === true) throw new HomeInUseError(look.home, pid);
  return [change(path, `process ${text.trim()} is no platform any more; it is replaced, and removed at the end`)];
}

/** `protected_topics.json`, which may be empty. Throws ProtectedTopicsInvalidError. */
export async function lookAtProtectedTopics(look: HomeLook): Promise<readonly HomeItem[]> {
  const path = 'protected_topics.json';
  const text = await textOf(look, path);
  if (text === undefined) return [];
  const { rules, problems } = readProtectedTopics(text);
  const count = rules.write.length + rules.read.length;
  return [
    use(path, count === 0 ? 'it protects nothing' : `${count} topics are protected`),
    ...problems.map((problem) => invalid(path, `${problem} Correct it in the file.`)),
  ];
}

/** `external_platform_discovery.json`; what is wrong in it keeps no platform from starting. */
export async function lookAtExternalPlatforms(look: HomeLook): Promise<readonly HomeItem[]> {
  const path = 'external_platform_discovery.json';
  const text = await textOf(look, path);
  if (text === undefined) return [];
  const platforms = text.trim() === '' ? {} : objectIn(text);
  if (platforms === undefined) return [invalid(path, NO_OBJECT)];
  return [use(path, `${Object.keys(platforms).length} other platforms`)];
}

/** The stores of agents' configurations; what is wrong in them keeps no platform from starting. */
export async function lookAtConfigStores(look: HomeLook): Promise<readonly HomeItem[]> {
  const folder = 'configuration_store';
  if (!(await isThere(join(look.home, folder)))) return [create(`${folder}/`, 'for configurations of agents')];
  const names = (await readdir(join(look.home, folder))).filter((name) => name.endsWith('.store'));
  const items = await Promise.all(names.toSorted().map(async (name) => lookAtStore(look, `${folder}/${name}`)));
  return items.flat();
}

async function lookAtStore(look: HomeLook, path: string): Promise<HomeItem[]> {
  const identity = path.slice(path.indexOf('/') + 1, -'.store'.length);
  if (!isIdentity(identity)) return [ignore(path, `"${identity}" is no VIP identity`)];
  const store = objectIn((await textOf(look, path)) ?? '');
  if (store === undefined) return [invalid(path, NO_OBJECT)];
  const seen = new Map<string, string>();
  const wrong = Object.entries(store).flatMap(([name, entry]) => {
    const twin = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    const problem = twin === undefined ? entryProblem(entry) : `it differs from "${twin}" in case only`;
    return problem === undefined ? [] : [invalid(path, `"${name}" is left out: ${problem}. ${STORE_AGAIN}`)];
  });
  return [use(path, `${Object.keys(store).length - wrong.length} configurations of ${identity}`), ...wrong];
}

const NO_OBJECT = 'It holds no JSON object. Put a copy of it back.';
const STORE_AGAIN = 'Store it again by vctl config store, or delete it by vctl config delete.';
const TYPES: readonly unknown[] = ['raw', 'json', 'csv'];

function entryProblem(entry: unknown): string | undefined {
  const { type, data } = (entry ?? {}) as { type?: unknown; data?: unknown };
  if (typeof data !== 'string') return 'its "data" is no text';
  return TYPES.includes(type) ? undefined : 'its "type" is none of raw, json and csv';
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseLooseJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch (error) {
    if (error instanceof VipError) return undefined;
    throw error;
  }
}
