import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HomeForeignError, HomeUnusableError } from '@volttron-ts/auth';
import { failureLine } from '@volttron-ts/connect';
import { create, invalid } from './home-item.ts';
import type { HomeItem } from './home-item.ts';
import { isThere } from './home-look.ts';
import type { HomeLook } from './home-look.ts';
import { lookAtAgents } from './look-at-agents.ts';
import { lookAtAuth } from './look-at-auth.ts';
import { lookAtConfig } from './look-at-config.ts';
import {
  lookAtConfigStores,
  lookAtExternalPlatforms,
  lookAtOwnFiles,
  lookAtPid,
  lookAtProtectedTopics,
} from './look-at-files.ts';
import { lookAtKnownHosts, lookAtOtherKeys, lookAtOwnKeys } from './look-at-keys.ts';
import { lookAtRest } from './look-at-rest.ts';
import { lookAtCertificates, lookAtWebUsers } from './look-at-web.ts';

export interface HomeReport {
  readonly items: readonly HomeItem[];
  /** What would keep the platform from starting, in the order in which it would meet it. */
  readonly failures: readonly unknown[];
}

type CheckOptions = Pick<HomeLook, 'home' | 'environment' | 'now'>;

/** After the configuration, in the order in which the platform does it, each with the file it is about. */
const PARTS = [
  ['VOLTTRON_PID', lookAtPid],
  ['keystore', lookAtOwnKeys],
  ['auth.json', lookAtAuth],
  ['audit.log', lookAtOwnFiles],
  ['protected_topics.json', lookAtProtectedTopics],
  ['configuration_store', lookAtConfigStores],
  ['external_platform_discovery.json', lookAtExternalPlatforms],
  ['known_hosts', lookAtKnownHosts],
  ['web-users.json', lookAtWebUsers],
  ['certificates', lookAtCertificates],
  ['keystores', lookAtOtherKeys],
  ['agents', lookAtAgents],
] as const;

/**
 * Says what our platform would use, change, create and ignore of a home when it starts on it and ends again. Writes
 * nothing there: what is written at a start is rehearsed on copies. Throws HomeUnusableError for what is no home.
 */
export async function checkHome(options: CheckOptions): Promise<HomeReport> {
  const copies = await mkdtemp(join(tmpdir(), 'vcfg-'));
  try {
    const failures = await ownerFailures(options.home);
    const attempt = attempting(options.home, copies, failures);
    let look: HomeLook = { ...options, copies, settings: undefined };
    const items = await attempt('config', async () => {
      const { settings, items: found } = await lookAtConfig(look);
      look = { ...look, settings };
      return found;
    });
    // One after another, for the failures to be in the platform's order.
    for (const [path, part] of PARTS) items.push(...(await attempt(path, async () => part(look))));
    items.push(...(await missingFolders(options.home, items)));
    return { items: [...items, ...(await lookAtRest(options.home, items))], failures };
  } finally {
    await rm(copies, { recursive: true });
  }
}

/** Folders that are made for files in them. */
async function missingFolders(home: string, items: readonly HomeItem[]): Promise<HomeItem[]> {
  const made = items.filter(({ action }) => action === 'create').map(({ path }) => path.replace(/\/$/, ''));
  const folders = new Set(made.flatMap((path) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index))));
  const there = await Promise.all([...folders].map(async (path) => isThere(join(home, path))));
  return [...folders].filter((_, at) => there[at] === false).map((path) => create(`${path}/`, 'for files in it'));
}

/** Throws HomeUnusableError. */
async function ownerFailures(home: string): Promise<unknown[]> {
  const found = await stat(home).catch((error: unknown) => {
    throw new HomeUnusableError(home, 'it cannot be looked at', 'Name an existing home with --home.', error);
  });
  if (!found.isDirectory()) throw new HomeUnusableError(home, 'it is no folder', 'Name a folder with --home.');
  const user = process.getuid?.();
  return user === undefined || user === found.uid ? [] : [new HomeForeignError(home, found.uid, user)];
}

type Attempt = (path: string, look: () => Promise<readonly HomeItem[]>) => Promise<HomeItem[]>;

/** A part that fails is one invalid item, and the others are looked at too. */
function attempting(home: string, copies: string, failures: unknown[]): Attempt {
  return async (path, look) => {
    try {
      return [...(await look())];
    } catch (error) {
      failures.push(error);
      return [invalid(path, failureLine(error).replaceAll(copies, home))];
    }
  };
}
