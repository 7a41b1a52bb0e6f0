import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { generateKeyPair, KnownHostMismatchError, KnownHosts, KnownHostsInvalidError } from '../src/index.ts';
import { golden, goldenHome, scratchFolder } from './scratch.ts';

const key = generateKeyPair().publicKey;
const other = generateKeyPair().publicKey;

describe('known hosts', () => {
  it('are kept with mode 0644 under the names VOLTTRON uses', async () => {
    const home = await scratchFolder();
    const hosts = new KnownHosts(home);
    await hosts.add('tcp://1.2.3.4:22916', key);
    await hosts.add('ipc://@/home/run/vip.socket', key);
    await hosts.add('ipc:///run/vip.socket', key);
    const path = join(home, 'known_hosts');
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      '1.2.3.4:22916': key,
      '@': key,
      '/run/vip.socket': key,
    });
    expect(await hosts.lookup('tcp://1.2.3.4:22916')).toBe(key);
    expect(await hosts.lookup('ipc://@/elsewhere')).toBe(key);
    expect(await hosts.lookup('1.2.3.5:22916')).toBeUndefined();
  });

  it.each(['vhomeA', 'vhomeB'] as const)('of VOLTTRON 9 (%s) are read and written back equal', async (name) => {
    const home = await goldenHome(name);
    const before: unknown = JSON.parse(await readFile(golden(`${name}/known_hosts`), 'utf8'));
    const hosts = new KnownHosts(home);
    expect(Object.fromEntries(await hosts.list())).toEqual(before);
    await hosts.add('tcp://192.0.2.1:1', key);
    expect(await hosts.remove('192.0.2.1:1')).toBe(true);
    expect(JSON.parse(await readFile(join(home, 'known_hosts'), 'utf8'))).toEqual(before);
  });

  it('refuse another key for a known host, naming both and the command that mends it', async () => {
    const hosts = new KnownHosts(await scratchFolder());
    await hosts.add('tcp://1.2.3.4:22916', key);
    const error = await hosts.resolve('tcp://1.2.3.4:22916', other).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(KnownHostMismatchError);
    expect((error as KnownHostMismatchError).message).toBe(`The known key of 1.2.3.4:22916 is ${key}, not ${other}.`);
    expect((error as KnownHostMismatchError).remedy).toContain('vctl auth remove-known-host 1.2.3.4:22916');
    await expect(hosts.add('tcp://1.2.3.4:22916', other)).rejects.toThrow(KnownHostMismatchError);
    expect(await hosts.lookup('tcp://1.2.3.4:22916')).toBe(key);
    await hosts.replace('tcp://1.2.3.4:22916', other);
    expect(await hosts.lookup('tcp://1.2.3.4:22916')).toBe(other);
  });

  it('answer the given key for an unknown host, without learning it', async () => {
    const hosts = new KnownHosts(await scratchFolder());
    expect(await hosts.resolve('tcp://1.2.3.4:22916', key)).toBe(key);
    expect(await hosts.resolve('tcp://1.2.3.4:22916')).toBeUndefined();
    expect(await hosts.remove('tcp://1.2.3.4:22916')).toBe(false);
  });

  it('lose nothing when several are added at once', async () => {
    const hosts = new KnownHosts(await scratchFolder());
    await Promise.all(Array.from({ length: 10 }, (_, n) => hosts.add(`tcp://10.0.0.${n}:1`, key)));
    expect((await hosts.list()).size).toBe(10);
  });

  it.each(['[]', '{"a": 7}', '{"a": "short"}'])('in a file that holds %s are an error', async (text) => {
    const home = await scratchFolder();
    await writeFile(join(home, 'known_hosts'), text);
    await expect(new KnownHosts(home).list()).rejects.toThrow(KnownHostsInvalidError);
  });
});
