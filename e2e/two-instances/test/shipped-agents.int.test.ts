import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Instance, Operator } from '@volttron-ts/demo';
import { readProvenance } from '@volttron-ts/history';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Directory, silent, until } from './stage.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const PATIENCE_MS = 30_000;
const identities = ['listener', 'sysmon', 'replay-driver', 'forwarder', 'platform.historian'] as const;

interface Status {
  readonly status: string;
  readonly health: { readonly message?: string; readonly last_heartbeat?: string } | null;
}

let directory: Directory;
let instance: Instance;
let operator: Operator;

beforeAll(async () => {
  directory = await Directory.make();
  instance = new Instance(directory.path, 'h');
  await instance.prepare({ 'instance-name': 'h' }, []);
  await instance.startPlatform();
  operator = await Operator.of(instance.home, silent);
});

afterAll(async () => {
  await operator.close();
  await instance.stop('volttron');
  await directory[Symbol.asyncDispose]();
});

async function vctl(...args: readonly string[]): Promise<string> {
  const program = join(root, 'packages/cli/bin/vctl.js');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@volttron-ts/source', program, ...args],
    { cwd: root, env: { ...process.env, VOLTTRON_HOME: instance.home } },
  );
  return stdout;
}

const statuses = async (): Promise<Record<string, Status>> =>
  JSON.parse(await vctl('status', '--json')) as Record<string, Status>;

async function configure(identity: string, config: object): Promise<void> {
  const file = join(directory.path, 'config.json');
  await writeFile(file, JSON.stringify(config));
  await vctl('config', 'store', identity, 'config', file, '--json');
}

const log = (identity: string): Promise<string> =>
  readFile(join(instance.home, 'logs', `${identity}.log`), 'utf8').catch(() => '');

const heardBy = async (topic: string): Promise<number> => (await log('listener')).split(`Topic: ${topic},`).length - 1;

/** Settles when the listener has heard something new about a topic. */
async function heard(topic: string): Promise<void> {
  const before = await heardBy(topic);
  await until(`news about ${topic}`, PATIENCE_MS, async () => ((await heardBy(topic)) > before ? true : undefined));
}

/** Settles when an agent answers as expected. */
async function says(identity: string, method: string, key: string, value: unknown): Promise<void> {
  await until(`${key} ${String(value)} of ${identity}`, PATIENCE_MS, async () => {
    const answer = await operator.call(identity, method).catch(() => ({}));
    return (answer as Record<string, unknown>)[key] === value ? true : undefined;
  });
}

const store = (file: string): object => ({
  connection: { type: 'sqlite', params: { database: join(directory.path, file) } },
});

async function rowsIn(file: string): Promise<void> {
  await until(`rows in ${file}`, PATIENCE_MS, () => {
    try {
      return readProvenance(join(directory.path, file)).readings > 0 ? true : undefined;
    } catch {
      return undefined; // It is not made yet.
    }
  });
}

describe('the agents that come with the platform', () => {
  it('are installed from their folders, start, and tell how they are', async () => {
    // What two of them cannot do without waits in the store for them.
    await configure('platform.historian', store('a.sqlite'));
    await configure('forwarder', { 'destination-vip': 'tcp://127.0.0.1:1' });
    for (const identity of identities) {
      const folder = join('agents', identity.replace('platform.', ''));
      expect(await vctl('install', folder, '--start', '--vip-identity', identity)).toMatch(
        /installed and started \[\d+\]/,
      );
    }
    await until('the heartbeats of all', PATIENCE_MS, async () => {
      const all = await statuses();
      return identities.every((identity) => typeof all[identity]?.health?.last_heartbeat === 'string')
        ? true
        : undefined;
    });
    const all = await statuses();
    expect(Object.keys(all).toSorted()).toEqual([...identities].toSorted());
    for (const identity of identities) expect(all[identity]?.status, identity).toMatch(/^running \[\d+\]$/);
    await rowsIn('a.sqlite');
    await until('good health', PATIENCE_MS, async () => {
      const now = await statuses();
      const good = identities.filter((identity) => now[identity]?.health?.message === 'GOOD');
      // Nobody listens where the forwarder is sent.
      return good.length === identities.length - 1 && !good.includes('forwarder') ? true : undefined;
    });
  });

  it('follow what the configuration store gets, changes and loses', async () => {
    for (const message of ['one', 'two']) {
      await configure('listener', { message });
      await says('listener', 'health.get_status', 'context', message);
    }
    await vctl('config', 'delete', 'listener', 'config');
    await says('listener', 'health.get_status', 'context', 'Listener Message');

    for (const topic of ['devices/lab/a/all', 'devices/lab/b/all']) {
      await configure('sysmon', { topic, interval: 0.1 });
      await heard(topic);
      await configure('replay-driver', { topic: `${topic.slice(0, -4)}/replayed/all` });
      await heard(`${topic.slice(0, -4)}/replayed/all`);
    }
    await vctl('config', 'delete', 'replay-driver', 'config');
    await heard('devices/campus/building/ahu1/all');
    await vctl('config', 'delete', 'sysmon', 'config');
    await heard(`devices/${hostname()}/sysmon/all`);

    await configure('platform.historian', store('b.sqlite'));
    await rowsIn('b.sqlite');
    await configure('forwarder', { 'destination-vip': 'tcp://127.0.0.1:2' });
    await says('forwarder', 'forwarding.status', 'destination', 'tcp://127.0.0.1:2');
  });

  it('keep the values they cannot do without', async () => {
    await vctl('config', 'delete', 'platform.historian', 'config');
    await says('platform.historian', 'health.get_status', 'status', 'BAD');
    expect(await log('platform.historian')).toContain('a configuration was refused, and the old values stay');
    expect((await statuses())['platform.historian']?.status).toMatch(/^running/);
  });

  it('stop when they are asked to, and of themselves', async () => {
    await Promise.all(identities.map((identity) => vctl('stop', identity.replace('platform.', ''))));
    const all = await statuses();
    expect(Object.entries(all).map(([identity, { status }]) => [identity, status])).toEqual(
      Object.keys(all).map((identity) => [identity, '0']),
    );
    for (const identity of identities) expect(await log(identity), identity).not.toContain('did not end in time');
  });
});
