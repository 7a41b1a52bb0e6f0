import { join } from 'node:path';

import { FileMissingError, readJsonFile, writeJsonFile } from '@volttron-ts/storage';
import { decodeKey, encodeKey, knownHostsName, parseAddress } from '@volttron-ts/vip-core';

import { KnownHostMismatchError, KnownHostsInvalidError } from './errors.ts';
import { Turns } from './turns.ts';

/**
 * The server keys of the platforms an instance knows: `$VOLTTRON_HOME/known_hosts`. Every call reads the file anew, as
 * other processes write it too. Hosts are given as VIP addresses, or as they stand in the file.
 */
export class KnownHosts {
  readonly #path: string;
  readonly #turns = new Turns();

  constructor(home: string) {
    this.#path = join(home, 'known_hosts');
  }

  async list(): Promise<ReadonlyMap<string, string>> {
    let document: unknown;
    try {
      document = await readJsonFile(this.#path);
    } catch (error) {
      if (error instanceof FileMissingError) return new Map();
      throw error;
    }
    return this.#read(document);
  }

  /** The known key of a host, undefined when there is none. */
  async lookup(address: string): Promise<string | undefined> {
    return (await this.list()).get(hostName(address));
  }

  /**
   * The key to expect from a host: the known one, or else the given one.
   *
   * @throws KnownHostMismatchError when both are there and differ
   */
  async resolve(address: string, given?: string): Promise<string | undefined> {
    const known = await this.lookup(address);
    if (given === undefined) return known;
    const key = encodeKey(decodeKey(given));
    if (known !== undefined && known !== key) throw new KnownHostMismatchError(hostName(address), known, key);
    return key;
  }

  /** Learns a host's key; a host that is known with another key is an error (KnownHostMismatchError). */
  add(address: string, key: string): Promise<void> {
    return this.#turns.take(async () => {
      const resolved = await this.resolve(address, key);
      await this.#put(hostName(address), resolved ?? key);
    });
  }

  /** Learns a host's key in place of any other: for the platform's own addresses. */
  replace(address: string, key: string): Promise<void> {
    return this.#turns.take(() => this.#put(hostName(address), encodeKey(decodeKey(key))));
  }

  /** Forgets a host; answers whether it was known. */
  remove(address: string): Promise<boolean> {
    return this.#turns.take(async () => {
      const hosts = new Map(await this.list());
      const known = hosts.delete(hostName(address));
      if (known) await this.#write(hosts);
      return known;
    });
  }

  async #put(host: string, key: string): Promise<void> {
    const hosts = new Map(await this.list());
    if (hosts.get(host) === key) return;
    await this.#write(hosts.set(host, key));
  }

  #write(hosts: ReadonlyMap<string, string>): Promise<void> {
    return writeJsonFile(this.#path, Object.fromEntries(hosts), { indent: 4, mode: 0o644 });
  }

  #read(document: unknown): Map<string, string> {
    if (typeof document !== 'object' || document === null || Array.isArray(document)) {
      throw new KnownHostsInvalidError(this.#path, 'it is no JSON object');
    }
    return new Map(Object.entries(document).map(([host, key]) => [host, this.#readKey(host, key)]));
  }

  #readKey(host: string, key: unknown): string {
    try {
      return encodeKey(decodeKey(String(key)));
    } catch {
      throw new KnownHostsInvalidError(this.#path, `the value of "${host}" is no key`);
    }
  }
}

/** The name under which the file holds a host; `@` and paths are no addresses but names already. */
function hostName(address: string): string {
  return /^[@/]/.test(address)
    ? address.slice(0, address.startsWith('@') ? 1 : undefined)
    : knownHostsName(parseAddress(address));
}
