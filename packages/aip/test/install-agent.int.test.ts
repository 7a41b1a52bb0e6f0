import { access, mkdir, readdir, readlink, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, openKeyStoreFile } from '@volttron-ts/auth';
import { describe, expect, it } from 'vitest';
import { AgentInstaller, agentPaths, installedAgents, removeAgent, setPriority, setTag } from '../src/index.ts';
import type { InstalledAgent } from '../src/index.ts';
import { AGENT, snapshot, temporary, text, tinyArchive, writeTree } from './support/home.ts';

async function setUp() {
  const home = await temporary();
  return { home, installer: new AgentInstaller({ home }), agents: join(home, 'agents') };
}

const python = async (home: string): Promise<string> => {
  const folder = join(home, 'agents', '8d1df712-c68d-49e2-b878-d8a0edd9d5a3');
  const name = 'forwarderagent-5.1';
  await writeTree(folder, {
    IDENTITY: 'forwarder',
    TAG: 'fwd',
    [`${name}/forwarder/agent.py`]: 'print("code")',
    [`${name}/forwarder/__pycache__/agent.cpython-310.pyc`]: 'compiled',
    [`${name}/queue.sqlite`]: 'rows',
    [`${name}/${name}.agent-data/backup.sqlite`]: 'more rows',
    [`${name}/${name}.dist-info/METADATA`]: 'Name: forwarderagent',
    [`${name}/${name}.dist-info/RECORD`]: `forwarder/agent.py,sha256=x,1\n${name}.dist-info/RECORD,,\n`,
    [`${name}/${name}.dist-info/config`]: '{"destination-vip": "tcp://127.0.0.1:1"}',
  });
  await openKeyStoreFile(join(folder, name, `${name}.dist-info`, 'keystore.json'));
  return folder;
};

describe('installing', () => {
  it('lays an agent out as the original does', async () => {
    const { home, installer, agents } = await setUp();
    const archive = await tinyArchive();
    const agent = await installer.install({ archive, config: '{"a": 1}', force: false });
    expect(agent).toMatchObject({ name: 'tiny-1.0.0', version: '1.0.0', identity: 'tiny-1.0.0_1', kind: 'node' });
    expect(agent).toMatchObject({ tag: null, priority: null, folder: join(agents, agent.uuid) });
    expect(agent.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
    expect((await readdir(agent.folder)).toSorted()).toEqual(['IDENTITY', 'tiny-1.0.0']);
    const inside = await readdir(join(agent.folder, 'tiny-1.0.0'));
    expect(inside.toSorted()).toEqual(['index.js', 'package.json', 'tiny-1.0.0.agent-data', 'tiny-1.0.0.dist-info']);
    expect(await text(agent.folder, 'IDENTITY')).toBe('tiny-1.0.0_1');
    const paths = agentPaths(agent);
    expect(await text(paths.config)).toBe('{"a": 1}');
    expect((await text(paths.record)).split('\n').toSorted()).toEqual(['', 'index.js,,', 'package.json,,']);
    expect((await stat(paths.keyStore)).mode & 0o777).toBe(0o600);
    expect((await openKeyStoreFile(paths.keyStore)).publicKey).toBe(agent.publickey);
    expect(await installedAgents(home)).toEqual([agent]);
    expect(await readdir(agents)).toEqual([agent.uuid]);
    await access(archive);
  });

  it('numbers agents of one package, also those that are installed at the same time', async () => {
    const { installer } = await setUp();
    const archive = await tinyArchive();
    const install = async (): Promise<string> => (await installer.install({ archive, force: false })).identity;
    const identities = await Promise.all([install(), install(), install()]);
    expect(identities.toSorted()).toEqual(['tiny-1.0.0_1', 'tiny-1.0.0_2', 'tiny-1.0.0_3']);
  });

  it('takes the identity and the keys it is given', async () => {
    const { installer } = await setUp();
    const keys = generateKeyPair();
    const archive = await tinyArchive({ manifest: { volttron: { identity: 'proposed' } } });
    expect(await installer.install({ archive, identity: 'mine', keys, force: false })).toMatchObject({
      identity: 'mine',
      publickey: keys.publicKey,
    });
    expect(await installer.install({ archive, force: false })).toMatchObject({ identity: 'proposed' });
  });

  it('links the platform’s own packages, also over a copy in the package', async () => {
    const { installer } = await setUp();
    const archive = await tinyArchive({
      manifest: { dependencies: { '@volttron-ts/vip-core': '0.1.0' } },
      files: {
        'index.js': `import { isIdentity } from '@volttron-ts/vip-core';\n${AGENT}isIdentity('a');\n`,
        'node_modules/@volttron-ts/vip-core/package.json': '{"name": "@volttron-ts/vip-core", "version": "0.0.1"}',
      },
    });
    const agent = await installer.install({ archive, force: false });
    const place = join(agentPaths(agent).package, 'node_modules/@volttron-ts/vip-core');
    await readlink(place);
    expect(await realpath(place)).toBe(await realpath(join(import.meta.dirname, '../../vip-core')));
  });

  it('runs with what the package bundles', async () => {
    const { installer } = await setUp();
    const archive = await tinyArchive({
      manifest: { dependencies: { 'of-its-own': '1.0.0' } },
      files: {
        'index.js': `import 'of-its-own';\n${AGENT}`,
        'node_modules/of-its-own/package.json': '{"name": "of-its-own", "version": "1.0.0", "main": "x.js"}',
        'node_modules/of-its-own/x.js': '',
      },
    });
    await installer.install({ archive, force: false });
  });

  it('gets what it does not bundle by npm, whose scripts do not run', async () => {
    const { installer } = await setUp();
    const other = await temporary();
    const scripts = { postinstall: 'touch ran' };
    await writeTree(other, {
      'package.json': JSON.stringify({ name: 'elsewhere', version: '2.0.0', main: 'x.js', scripts }),
      'x.js': '',
    });
    const dependencies = { elsewhere: `file:${other}`, '@volttron-ts/vip-core': '0.1.0' };
    const archive = await tinyArchive({
      manifest: { dependencies },
      files: { 'index.js': `import 'elsewhere';\n${AGENT}` },
    });
    const agent = await installer.install({ archive, force: false });
    const place = join(agentPaths(agent).package, 'node_modules');
    expect((await readdir(place)).filter((name) => !name.startsWith('.')).toSorted()).toEqual([
      '@volttron-ts',
      'elsewhere',
    ]);
    expect(await readdir(other)).not.toContain('ran');
  });
});

describe('what cannot be installed is refused, and nothing of it stays', () => {
  it.each<[string, Parameters<typeof tinyArchive>[0], string]>([
    [
      'is no agent',
      { files: { 'index.js': 'export default 5' } },
      'its default export is not what defineAgent answers',
    ],
    ['does not load', { files: { 'index.js': 'import "nowhere-to-be-found"' } }, 'nowhere-to-be-found'],
    ['throws', { files: { 'index.js': 'throw new Error("not today")' } }, 'not today'],
    ['has no entry', { manifest: { main: 'dist/index.js' } }, 'its entry "dist/index.js" does not exist'],
    ['has a wrong manifest', { manifest: { version: 7 } }, '/version'],
    ['has none', { files: { 'package.json': '{' } }, 'its package.json cannot be read'],
    [
      'needs what the platform lacks',
      { manifest: { dependencies: { '@volttron-ts/no-such': '1' } } },
      '@volttron-ts/no-such',
    ],
    ['needs what npm cannot get', { manifest: { dependencies: { x: 'file:/no/such/folder' } } }, 'npm install'],
    [
      'proposes a service’s name',
      { manifest: { volttron: { identity: 'control' } } },
      'a service of the platform itself',
    ],
  ])('when it %s', async (_, tiny, why) => {
    const { installer, agents } = await setUp();
    await expect(installer.install({ archive: await tinyArchive(tiny), force: false })).rejects.toThrow(why);
    expect(await readdir(agents)).toEqual([]);
  });

  it('when its identity is in use', async () => {
    const { installer, agents } = await setUp();
    const archive = await tinyArchive({ manifest: { volttron: { identity: 'one' } } });
    await installer.install({ archive, force: false });
    const before = await snapshot(agents);
    const error = 'Identity already exists.  Pass --force option to re-install.';
    await expect(installer.install({ archive, force: false })).rejects.toThrow(error);
    await expect(installer.install({ archive, identity: 'one', force: false })).rejects.toThrow(error);
    expect(await snapshot(agents)).toEqual(before);
  });

  it('ignores keys and configuration that a package brings along', async () => {
    const { installer } = await setUp();
    const info = 'tiny-1.0.0.dist-info';
    const archive = await tinyArchive({
      files: { [`${info}/keystore.json`]: '{}', [`${info}/config`]: 'x', [`${info}/y`]: '' },
    });
    const agent = await installer.install({ archive, force: false });
    expect((await readdir(agentPaths(agent).info)).toSorted()).toEqual(['RECORD', 'config', 'keystore.json']);
    expect(await text(agentPaths(agent).config)).toBe('{}');
  });
});

describe('installing with force', () => {
  async function withOld() {
    const { home, installer, agents } = await setUp();
    const first = await tinyArchive({ files: { 'data/shipped.txt': 'old', 'gone.js': '' } });
    const old = await installer.install({ archive: first, identity: 'one', config: '{"a": 1}', force: false });
    await setTag(home, old.uuid, 'lt');
    await setPriority(home, old.uuid, '7');
    const root = agentPaths(old).package;
    await writeTree(root, {
      'data/history.sqlite': 'rows',
      'kept.db': 'more rows',
      'tiny-1.0.0.agent-data/sub/backup': 'bits',
    });
    const archive = await tinyArchive({ manifest: { version: '2.0.0' }, files: { 'data/shipped.txt': 'new' } });
    return { home, installer, agents, old, archive };
  }

  it('keeps keys, configuration, data, tag and priority, and nothing of the old code', async () => {
    const { home, installer, agents, old, archive } = await withOld();
    const next = await installer.install({ archive, identity: 'one', force: true });
    expect(next.uuid).not.toBe(old.uuid);
    expect(next).toMatchObject({
      name: 'tiny-2.0.0',
      identity: 'one',
      tag: 'lt',
      priority: '07',
      publickey: old.publickey,
    });
    const paths = agentPaths(next);
    expect(await text(paths.config)).toBe('{"a": 1}');
    expect((await stat(paths.keyStore)).mode & 0o777).toBe(0o600);
    expect(await text(paths.data, 'sub/backup')).toBe('bits');
    expect(await text(paths.package, 'data/history.sqlite')).toBe('rows');
    expect(await text(paths.package, 'kept.db')).toBe('more rows');
    expect(await text(paths.package, 'data/shipped.txt')).toBe('new');
    expect(await readdir(paths.package)).not.toContain('gone.js');
    expect(await readdir(agents)).toEqual([next.uuid]);
    expect(await readdir(next.folder)).not.toContain('REPLACES');
    expect(await installedAgents(home)).toEqual([next]);
  });

  it('takes new keys and a new configuration when they are given', async () => {
    const { installer, archive } = await withOld();
    const keys = generateKeyPair();
    const next = await installer.install({ archive, identity: 'one', config: '{}', keys, force: true });
    expect(next.publickey).toBe(keys.publicKey);
    expect(await text(agentPaths(next).config)).toBe('{}');
  });

  it('ends the old agent last, when the new one is ready', async () => {
    const { home, installer, old, archive } = await withOld();
    const seen: InstalledAgent[] = [];
    const beforeReplace = async (agent: InstalledAgent): Promise<void> => {
      seen.push(agent);
      expect((await installedAgents(home)).map(({ uuid }) => uuid)).toEqual([old.uuid]);
      await writeTree(agentPaths(old).package, { 'data/last-words': 'as it ended' });
    };
    const before = (await installedAgents(home))[0];
    const next = await installer.install({ archive, identity: 'one', force: true, beforeReplace });
    expect(seen).toEqual([before]);
    expect(await text(agentPaths(next).package, 'data/last-words')).toBe('as it ended');
  });

  it.each<[string, (archive: string) => Promise<object>]>([
    [
      'the old agent does not end',
      (archive) => Promise.resolve({ archive, beforeReplace: () => Promise.reject(new Error('no')) }),
    ],
    ['the new one does not load', async () => ({ archive: await tinyArchive({ files: { 'index.js': 'throw 1' } }) })],
  ])('leaves the old agent as it was when %s', async (_, how) => {
    const { installer, agents, archive } = await withOld();
    const before = await snapshot(agents);
    const request = { archive, identity: 'one', force: true, ...(await how(archive)) };
    await expect(installer.install(request)).rejects.toThrow();
    expect(await snapshot(agents)).toEqual(before);
  });

  it('never makes a new key for an agent whose key store is damaged', async () => {
    const { installer, agents, old, archive } = await withOld();
    await writeFile(agentPaths(old).keyStore, '{"public": "x"}');
    const before = await snapshot(agents);
    await expect(installer.install({ archive, identity: 'one', force: true })).rejects.toThrow('is not usable');
    expect(await snapshot(agents)).toEqual(before);
  });

  it('puts one of ours in the place of a Python agent, with its keys and data', async () => {
    const { home, installer, agents } = await setUp();
    await python(home);
    const [old] = await installedAgents(home);
    const next = await installer.install({ archive: await tinyArchive(), identity: 'forwarder', force: true });
    expect(next).toMatchObject({ tag: 'fwd', kind: 'node', publickey: old?.publickey });
    const paths = agentPaths(next);
    expect(await text(paths.data, 'backup.sqlite')).toBe('more rows');
    expect(await text(paths.package, 'queue.sqlite')).toBe('rows');
    expect(await readdir(paths.package)).not.toContain('forwarder');
    expect(await text(paths.config)).toMatch('destination-vip');
    expect(await readdir(agents)).toEqual([next.uuid]);
  });
});

describe('after a crash', () => {
  it('the new agent hides the old one as soon as it is in place, and the sweep removes that', async () => {
    const { home, installer, agents } = await setUp();
    const old = await installer.install({ archive: await tinyArchive(), identity: 'one', force: false });
    const next = await installer.install({ archive: await tinyArchive(), identity: 'two', force: false });
    await writeTree(next.folder, { IDENTITY: 'one', REPLACES: old.uuid });
    await mkdir(join(agents, '.staging-abc', 'package'), { recursive: true });
    expect((await installedAgents(home)).map(({ uuid }) => uuid)).toEqual([next.uuid]);
    await installer.sweep();
    expect(await readdir(agents)).toEqual([next.uuid]);
    expect(await readdir(next.folder)).not.toContain('REPLACES');
    await installer.sweep();
    expect((await installedAgents(home)).map(({ identity }) => identity)).toEqual(['one']);
  });

  it('the sweep ends what was interrupted even when the old agent is gone already, and touches nobody else', async () => {
    const { home, installer, agents } = await setUp();
    const folder = await python(home);
    const agent = await installer.install({ archive: await tinyArchive(), identity: 'one', force: false });
    await writeFile(join(agent.folder, 'REPLACES'), '../../precious');
    await writeTree(home, { precious: 'x' });
    const before = await snapshot(folder);
    await installer.sweep();
    expect(await snapshot(folder)).toEqual(before);
    expect(await text(home, 'precious')).toBe('x');
    expect((await readdir(agents)).toSorted()).toEqual([agent.uuid, '8d1df712-c68d-49e2-b878-d8a0edd9d5a3'].toSorted());
  });

  it('a removal is whole', async () => {
    const { home, installer, agents } = await setUp();
    const agent = await installer.install({ archive: await tinyArchive(), force: false });
    await mkdir(join(agents, '.staging-away'));
    await rename(agent.folder, join(agents, '.staging-away', agent.uuid));
    expect(await installedAgents(home)).toEqual([]);
    await installer.sweep();
    expect(await readdir(agents)).toEqual([]);
  });

  it('a home without agents has nothing to sweep', async () => {
    const { home, installer } = await setUp();
    await installer.sweep();
    expect(await readdir(home)).toEqual([]);
  });
});

describe('removing', () => {
  it('takes the agent and everything of it', async () => {
    const { home, installer, agents } = await setUp();
    const agent = await installer.install({ archive: await tinyArchive(), force: false });
    await installer.remove(agent.uuid);
    expect(await readdir(agents)).toEqual([]);
    await expect(removeAgent(home, agent.uuid)).rejects.toThrow(`No agent with the UUID ${agent.uuid}`);
  });

  it.each(['', '.', '..', '../config', 'a/b', '.staging-x'])(
    'refuses %j with the words of the original',
    async (uuid) => {
      const { installer } = await setUp();
      await expect(installer.remove(uuid)).rejects.toThrow(/^invalid agent$/);
    },
  );
});
