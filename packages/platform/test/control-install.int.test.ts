import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentInstaller } from '@volttron-ts/aip';
import { AuthFile, generateKeyPair, KeyStore } from '@volttron-ts/auth';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { admissionBy } from '../src/services/control/agent-entry.ts';
import { tinyAgent } from './support/agent-archive.ts';
import { eventually } from './support/eventually.ts';
import { Operator, TestPlatform } from './support/test-platform.ts';

let platform: TestPlatform;
let operator: Operator;
let archive: Buffer;

beforeAll(async () => {
  platform = await TestPlatform.start();
  operator = await platform.operator();
  archive = await tinyAgent();
});

afterAll(async () => {
  await platform[Symbol.asyncDispose]();
});

const onTheBus = (identity: string): Promise<true> =>
  eventually(async () => (await operator.vip.peerlist.list()).includes(identity) || undefined);

const entryOf = async (identity: string) => {
  const { contents } = await AuthFile.open(join(platform.home, 'auth.json'));
  return contents.allow.find((entry) => entry.user_id === identity);
};

describe('install_agent', { timeout: 60_000 }, () => {
  it('fetches the archive in checked chunks, installs it and lets its key onto the bus', async () => {
    const uuid = await operator.install(archive, { identity: 'meter', chunk: 400 });
    expect(await operator.call('list_agents')).toContainEqual({
      ...{ name: 'tiny-agent-1.0.0', uuid, tag: null, priority: null, identity: 'meter' },
    });
    const keys = (await operator.call('get_all_agent_publickeys')) as Record<string, string>;
    expect(await entryOf('meter')).toMatchObject({
      ...{ credentials: keys['meter'], identity: 'meter' },
      capabilities: { edit_config_store: { identity: 'meter' } },
    });
    expect(await operator.call('identity_exists', 'meter')).toBe(uuid);
    expect(await operator.call('agent_name', uuid)).toBe('tiny-agent-1.0.0');
    expect(await operator.call('agent_version', uuid)).toBe('1.0.0');
    expect(await operator.call('agent_vip_identity', uuid)).toBe('meter');
    expect(await operator.call('agent_versions')).toMatchObject({ [uuid]: ['tiny-agent-1.0.0', '1.0.0'] });
  });

  it('gives the agent the keys that the caller names, and refuses what is no pair', async () => {
    const { publicKey: publickey, secret } = generateKeyPair();
    await operator.install(archive, { identity: 'keyed', publickey, secretkey: secret.reveal() });
    expect((await entryOf('keyed'))?.credentials).toBe(publickey);
    const half = operator.install(archive, { identity: 'half', publickey });
    await expect(half).rejects.toThrow('not the two halves of one pair');
  });

  it('gives the agent the capabilities that its package asks for, and keeps what an operator added', async () => {
    const reader = await tinyAgent('1.0.0', { capabilities: ['read_journal'] });
    await operator.install(reader, { identity: 'reader' });
    const capabilities = { edit_config_store: { identity: 'reader' }, read_journal: null };
    expect(await entryOf('reader')).toMatchObject({ capabilities });
    await operator.install(archive, { identity: 'reader', force: true });
    expect(await entryOf('reader')).toMatchObject({ capabilities });
    const greedy = await tinyAgent('1.0.0', { capabilities: ['manage_agents'] });
    await expect(operator.install(greedy, { identity: 'greedy' })).rejects.toThrow('/volttron/capabilities/0');
    expect(await entryOf('greedy')).toBeUndefined();
  });

  it('refuses an identity in use in the words of the original, and takes its place with force, key kept', async () => {
    const uuid = await operator.install(archive, { identity: 'kept' });
    const before = await entryOf('kept');
    await operator.call('tag_agent', uuid, 'roof');
    await operator.call('prioritize_agent', uuid, '7');
    const again = operator.install(archive, { identity: 'kept' });
    await expect(again).rejects.toMatchObject({
      data: {
        detail: 'Identity already exists.  Pass --force option to re-install.',
        'exception.py': { exc_type: 'builtins.ValueError' },
      },
    });
    const next = await operator.install(await tinyAgent('2.0.0'), { identity: 'kept', force: true });
    expect(next).not.toBe(uuid);
    expect(await entryOf('kept')).toEqual(before);
    expect(await operator.call('list_agents')).toContainEqual({
      ...{ name: 'tiny-agent-2.0.0', uuid: next, tag: 'roof', priority: '07', identity: 'kept' },
    });
    await expect(operator.call('agent_name', uuid)).rejects.toThrow(/No agent with the UUID/);
  });

  it('leaves nothing of an archive that arrives damaged or is none', async () => {
    const before = await readdir(join(platform.home, 'agents'));
    await expect(operator.install(archive, { corrupt: true })).rejects.toThrow('its checksum does not match');
    await expect(operator.install(new Uint8Array())).rejects.toThrow('it is empty');
    await expect(operator.install(archive.subarray(0, 300))).rejects.toThrow(/tiny\.tgz/);
    expect(await readdir(join(platform.home, 'agents'))).toEqual(before);
  });

  it('takes over neither the name nor the key of another user', async () => {
    const other = await platform.enter('auditor', { allow_auth_modifications: null });
    const before = await entryOf('auditor');
    const taken = operator.install(archive, { identity: 'auditor' });
    await expect(taken).rejects.toThrow('The user_id auditor is another user');
    expect(await entryOf('auditor')).toEqual(before);
    expect(await operator.call('identity_exists', 'auditor')).toBeNull();
    const { publicKey: publickey, secret } = await new KeyStore(platform.home).agent('auditor');
    const keyed = operator.install(archive, { identity: 'fresh', publickey, secretkey: secret.reveal() });
    await expect(keyed).rejects.toThrow(`The key ${publickey} is another user`);
    expect(await entryOf('auditor')).toEqual(before);
    await other.vip.hello('');
    await expect(operator.install(archive, { identity: 'platform.auth' })).rejects.toThrow('service of the platform');
  });

  it('keeps the agent and its entry when what was to take its place is not admitted, and it runs on', async () => {
    const uuid = await operator.install(archive, { identity: 'steady' });
    await operator.call('start_agent', uuid);
    await onTheBus('steady');
    const before = await entryOf('steady');
    const { publicKey: publickey, secret } = await new KeyStore(platform.home).agent('auditor');
    const keys = { publickey, secretkey: secret.reveal() };
    const refused = operator.install(archive, { identity: 'steady', force: true, ...keys });
    await expect(refused).rejects.toThrow(`The key ${publickey} is another user`);
    expect(await operator.call('identity_exists', 'steady')).toBe(uuid);
    expect(await entryOf('steady')).toEqual(before);
    await onTheBus('steady');
    await operator.call('remove_agent', uuid);
  });

  it('serves two senders at once, each over its own channel of the same name', async () => {
    const second = new Operator(await platform.enter('second.operator', { manage_agents: null }));
    // Services hear of a new capability a little after its entry is made.
    await eventually(async () =>
      second.call('clear_status').then(
        () => true,
        () => undefined,
      ),
    );
    const uuids = await Promise.all([
      operator.install(archive, { identity: 'one', chunk: 100 }),
      second.install(archive, { identity: 'two', chunk: 100 }),
    ]);
    expect(await Promise.all(['one', 'two'].map((identity) => operator.call('identity_exists', identity)))).toEqual(
      uuids,
    );
  });

  it('removes an agent with its files and its entry, and the entry only if asked to', async () => {
    const uuid = await operator.install(archive, { identity: 'gone' });
    expect(await operator.call('remove_agent', uuid)).toBeNull();
    expect(await entryOf('gone')).toBeUndefined();
    expect(await readdir(join(platform.home, 'agents'))).not.toContain(uuid);
    const other = await operator.install(archive, { identity: 'gone' });
    await operator.call('remove_agent', other, false);
    expect(await entryOf('gone')).toBeDefined();
  });
});

describe('a crash between the new key of an agent and its new code', { timeout: 60_000 }, () => {
  it('leaves the old agent, whose key has its entry again when the platform starts', async () => {
    const home = await mkdtemp(join(tmpdir(), 'platform-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const file = await AuthFile.open(join(home, 'auth.json'));
    const tarball = join(home, 'tiny.tgz');
    await writeFile(tarball, archive);
    const request = { archive: tarball, identity: 'kept', force: true };
    const old = await new AgentInstaller({ home, admission: admissionBy(file) }).install(request);
    const before = file.contents.allow;
    const script = join(import.meta.dirname, 'support/crash-in-admission.ts');
    const args = ['--conditions=@volttron-ts/source', script, home, tarball, 'kept'];
    expect(await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')).toEqual([null, 'SIGKILL']);
    const [entry] = (await file.reload()).allow;
    expect(entry).toMatchObject({ user_id: 'kept', identity: 'kept' });
    expect(entry?.credentials).not.toBe(old.publickey);
    await using next = await TestPlatform.start({ home });
    const manager = await next.operator();
    await manager.call('start_agent', old.uuid);
    await eventually(async () => (await manager.vip.peerlist.list()).includes('kept') || undefined);
    expect((await file.reload()).allow.filter(({ user_id }) => user_id === 'kept')).toEqual(before);
    expect(await readdir(join(home, 'agents'))).toEqual([old.uuid]);
  });
});

describe('agents on disk', { timeout: 60_000 }, () => {
  it('have tags and priorities, in the files of the original', async () => {
    const uuid = await operator.install(archive, { identity: 'tagged' });
    await operator.call('tag_agent', uuid, 'roof');
    await operator.call('prioritize_agent', uuid);
    const folder = join(platform.home, 'agents', uuid);
    expect(await readFile(join(folder, 'TAG'), 'utf8')).toBe('roof');
    expect(await readFile(join(folder, 'AUTOSTART'), 'utf8')).toBe('50');
    for (const priority of ['0', '99', null]) await operator.call('prioritize_agent', uuid, priority);
    await operator.call('tag_agent', uuid, null);
    expect(await operator.call('list_agents')).toContainEqual({
      ...{ name: 'tiny-agent-1.0.0', uuid, tag: null, priority: null, identity: 'tagged' },
    });
  });

  it.each(['-1', '1.5', '100', 'foo', ''])('have no priority %j', async (priority) => {
    const uuid = await operator.call('identity_exists', 'tagged');
    const refused = operator.call('prioritize_agent', uuid, priority);
    await expect(refused).rejects.toMatchObject({
      data: {
        detail: `Priority must be an integer from 0 - 99. Received: ${priority}`,
        'exception.py': { exc_type: 'builtins.ValueError' },
      },
    });
  });

  it.each([
    'tag_agent',
    'prioritize_agent',
    'start_agent',
    'stop_agent',
    'restart_agent',
    'remove_agent',
    'agent_name',
  ])('are not found by paths: %s', async (method) => {
    const further = method === 'tag_agent' ? ['x'] : [];
    for (const uuid of ['..', '.', 'a/b', '']) {
      const refused = operator.call(method, uuid, ...further);
      await expect(refused).rejects.toMatchObject({ data: { detail: 'invalid agent' } });
    }
  });
});
