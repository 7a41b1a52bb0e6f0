import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  CertificateDirectory,
  HomeUnusableError,
  keysOfAddress,
  KeyStore,
  KnownHosts,
  readInstanceConfig,
  RemoteCertificates,
} from '@volttron-ts/auth';
import type { InstanceSettings, KeyPair } from '@volttron-ts/auth';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { parseAddress } from '@volttron-ts/vip-core';
import type { BusConnection, Clock, RemotePlatforms } from '@volttron-ts/vip-core';
import type { RabbitDial } from './dial.ts';
import { UnknownServerKeyError } from './errors.ts';
import { createRemotePlatforms } from './remote-platforms.ts';

export interface LocalPlatformOptions {
  readonly home: string;
  readonly identity: string;
  /** Whose key store is used; that of `identity` when not given. */
  readonly keysOf?: string;
  /** Used instead of a key store's. */
  readonly keys?: KeyPair | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Where certificates of other platforms are kept; under the home's own when not given. */
  readonly dataFolder?: string | undefined;
}

/** What a process of this host needs to be a peer of the platform whose home it can read. */
export interface LocalPlatform {
  readonly instanceName: string;
  readonly keys: KeyPair;
  /** Not opened yet. */
  readonly bus: BusConnection;
  readonly remotes: RemotePlatforms;
}

/**
 * Reads from a home what an agent needs (reference/vip-zmq.md §3.1, §4.4): the local address, the server key from
 * known_hosts, the agent's own keys. `VOLTTRON_VIP_ADDR` and `VOLTTRON_SERVERKEY` take the place of the first two; keys in
 * an address take the place of the key store's.
 */
export async function openLocalPlatform(options: LocalPlatformOptions): Promise<LocalPlatform> {
  const { identity, keysOf = identity, environment, clock } = options;
  const home = realHome(options.home);
  const { settings } = await readInstanceConfig({ home, environment });
  const knownHosts = new KnownHosts(home);
  const text = environment['VOLTTRON_VIP_ADDR'] ?? settings['vip-local-address'];
  const address = parseAddress(text);
  const keys = options.keys ?? keysOfAddress(address) ?? (await new KeyStore(home).agent(keysOf));
  const serverkey = await knownHosts.resolve(text, environment['VOLTTRON_SERVERKEY'] ?? address.serverkey);
  if (serverkey === undefined) throw new UnknownServerKeyError(text);
  const dial = (target: { address: typeof address; serverkey: string; identity: string }): ZmqConnection => {
    const { publicKey, secret } = keysOfAddress(target.address) ?? keys;
    return new ZmqConnection({
      identity: target.identity,
      address: target.address,
      keys: { publickey: publicKey, secretkey: secret.reveal(), serverkey: target.serverkey },
      clock,
    });
  };
  return {
    instanceName: settings['instance-name'],
    keys,
    bus: (await rabbitBus({ ...options, home }, settings)) ?? dial({ address, serverkey, identity }),
    remotes: createRemotePlatforms({
      identity: `${settings['instance-name']}.${identity}`,
      dial,
      knownServerKey: async (remote) => knownHosts.lookup(remote),
      rabbit: rabbitDial({ ...options, home }, settings['instance-name']),
      clock,
      random: Math.random,
    }),
  };
}

/** Loaded where the bus of the home is RabbitMQ, and only there. */
async function rabbitBus(
  { home, identity, clock }: LocalPlatformOptions,
  { 'message-bus': bus, 'instance-name': instance }: InstanceSettings,
): Promise<BusConnection | undefined> {
  if (bus !== 'rmq') return undefined;
  const { connectLocalRabbit } = await import('./local-rabbit.ts');
  return connectLocalRabbit({ home, instance, identity, clock });
}

/** Loaded for platforms on RabbitMQ, and only then. */
function rabbitDial({ home, identity, dataFolder, clock }: LocalPlatformOptions, instanceName: string): RabbitDial {
  return async (target) => {
    const { dialRabbit } = await import('./certificate/index.ts');
    const directory = new CertificateDirectory(home);
    const folder = dataFolder ?? join(directory.path, 'remote_agents', identity);
    const certificates = new RemoteCertificates(folder);
    return dialRabbit(target, { instanceName, identity, directory, certificates, clock, random: Math.random });
  };
}

function realHome(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HomeUnusableError(path, why, 'Name the home of a platform that was started before.', error);
  }
}
