import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownHosts, openKeyStoreFile, publicKeyOf, Secret } from '@volttron-ts/auth';
import type { InstanceSettings } from '@volttron-ts/auth';
import { failureLine } from '@volttron-ts/connect';
import { endpointOf, parseAddress, services } from '@volttron-ts/vip-core';
import { create, ignore, invalid, use } from './home-item.ts';
import type { HomeItem } from './home-item.ts';
import { isThere, publicKeyIn } from './home-look.ts';
import type { HomeLook } from './home-look.ts';
import { rehearse } from './rehearse.ts';

/** The keys without which the platform does not start. Throws KeyStoreInvalidError, … */
export async function lookAtOwnKeys({ home }: HomeLook): Promise<readonly HomeItem[]> {
  const own = [
    ['keystore', "the platform's key"],
    [`keystores/${services.controlConnection}/keystore.json`, 'the key of vctl'],
  ] as const;
  return Promise.all(
    own.map(async ([path, what]) => {
      if (!(await isThere(join(home, path)))) return create(path, what);
      const { publicKey } = await openKeyStoreFile(join(home, path));
      return use(path, `${what}, ${publicKey}`);
    }),
  );
}

/** Keys of agents that run by hand, and of services, which ours needs none for. */
export async function lookAtOtherKeys({ home }: HomeLook): Promise<readonly HomeItem[]> {
  const names = (await readdir(join(home, 'keystores')).catch(() => [])).toSorted();
  const others = names.filter((name) => name !== services.controlConnection);
  return Promise.all(others.map(async (name) => lookAtKey(home, name)));
}

const SERVICES: readonly string[] = Object.values(services);

async function lookAtKey(home: string, identity: string): Promise<HomeItem> {
  const path = `keystores/${identity}/keystore.json`;
  if (SERVICES.includes(identity)) return ignore(path, 'the service runs inside the platform, without a key');
  if (!(await isThere(join(home, path)))) return ignore(`keystores/${identity}`, 'it holds no key');
  try {
    const { publicKey } = await openKeyStoreFile(join(home, path));
    return use(path, `the key of ${identity} when it runs by hand, ${publicKey}`);
  } catch (error) {
    return invalid(path, failureLine(error));
  }
}

/** Rehearses what the platform adds to `known_hosts`: its own addresses. Throws KnownHostsInvalidError, … */
export async function lookAtKnownHosts(look: HomeLook): Promise<readonly HomeItem[]> {
  const path = 'known_hosts';
  const { copies, settings } = look;
  const item = await rehearse(look, path, async () => {
    const hosts = new KnownHosts(copies);
    const before = await hosts.list();
    if (settings !== undefined) await learnOwn(hosts, look, settings);
    const now = await hosts.list();
    const learnt = [...now].flatMap(([host, key]) => (before.get(host) === key ? [] : [host])).join(', ');
    const created = `the platform's own addresses, for its agents: ${learnt}`;
    return { created, changed: `the key of ${learnt}, its own`, used: `the keys of ${[...now.keys()].join(', ')}` };
  });
  return [item];
}

async function learnOwn(hosts: KnownHosts, look: HomeLook, settings: InstanceSettings): Promise<void> {
  const ownKey = await publicKeyIn(look, 'keystore');
  for (const address of [settings['vip-local-address'], ...settings['vip-address']].map(parseAddress)) {
    const { secretkey } = address;
    await hosts.replace(endpointOf(address), secretkey === undefined ? ownKey : publicKeyOf(new Secret(secretkey)));
  }
}
