import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  agentEntry,
  AuthFile,
  createAuthSnapshot,
  createAuthorizer,
  ensureEntries,
  generateKeyPair,
  platformEntry,
} from '../src/index.ts';
import { golden, goldenHome, scratchFolder, startChild } from './scratch.ts';

const key = () => generateKeyPair().publicKey;
const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

async function written(text: string): Promise<string> {
  const path = join(await scratchFolder(), 'auth.json');
  await writeFile(path, text);
  return path;
}

describe("VOLTTRON 9's auth file", () => {
  it.each(['vhomeA', 'vhomeB'] as const)('%s is read whole, and written back equal', async (name) => {
    const path = join(await goldenHome(name), 'auth.json');
    const before = (await readJson(golden(`${name}/auth.json`))) as { allow: unknown[]; deny: unknown[] };
    const file = await AuthFile.open(path);
    expect(file.contents).toMatchObject({ allow: before.allow, deny: before.deny, problems: [] });
    await file.add({ credentials: key(), user_id: 'for-a-moment' });
    expect(await readJson(path)).not.toEqual(before);
    await file.remove([before.allow.length]);
    expect(await readJson(path)).toEqual(before);
    expect(await readFile(path, 'utf8')).toBe(`${await readFile(golden(`${name}/auth.json`), 'utf8')}\n`);
    expect(await readdir(join(path, '..'))).not.toContainEqual(expect.stringContaining('.bak'));
  });

  it('of setup mode is read whole', async () => {
    const { contents } = await AuthFile.open(golden('auth_setup_mode.json'));
    expect(contents.problems).toEqual([]);
    expect(contents.allow.at(-1)).toMatchObject({ comments: 'Auth entry added in setup mode', address: '127.0.0.1' });
  });
});

describe('an auth file', () => {
  it('may be missing or empty, and is made with mode 0600 when first written', async () => {
    const path = join(await scratchFolder(), 'auth.json');
    const file = await AuthFile.open(path);
    expect(file.contents).toMatchObject({ allow: [], deny: [], problems: [] });
    expect((await AuthFile.open(await written(''))).contents).toMatchObject({ allow: [] });
    await file.add({ credentials: key(), user_id: 'a' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readJson(path)).toMatchObject({ allow: [{ user_id: 'a' }], version: { major: 1, minor: 4 } });
  });

  it('may hold comments', async () => {
    const path = await written('{ // one\n "allow": [], # two\n /* three */ "version": {"major": 1, "minor": 4}}');
    expect((await AuthFile.open(path)).contents.allow).toEqual([]);
  });

  it('keeps unknown fields and invalid entries, which it passes over and reports', async () => {
    const good = { credentials: key(), user_id: 'good', colour: 'red' };
    const document = { allow: [{ credentials: 'short' }, good], site: { a: 1 }, version: { major: 1, minor: 5, x: 1 } };
    const path = await written(JSON.stringify(document));
    const file = await AuthFile.open(path);
    expect(file.contents.allow.map(({ user_id: user }) => user)).toEqual(['good']);
    expect(file.contents.problems).toEqual([expect.stringContaining('allow entry 0 is ignored')]);
    await file.update(0, { comments: 'changed' });
    expect(await readJson(path)).toMatchObject({
      allow: [{ credentials: 'short' }, { user_id: 'good', colour: 'red', comments: 'changed' }],
      site: { a: 1 },
      version: { major: 1, minor: 5 },
    });
  });

  it('warns of limits that nothing meets, and keeps their entries', async () => {
    const entry = { credentials: key(), user_id: 'a', capabilities: { edit: { identity: '/(/' } } };
    const document = { allow: [entry], version: { major: 1, minor: 4 } };
    const { contents } = await AuthFile.open(await written(JSON.stringify(document)));
    expect(contents).toMatchObject({ allow: [{ user_id: 'a' }], problems: [] });
    expect(contents.warnings).toEqual([
      expect.stringContaining('allow entry 0: "capabilities": edit can never be used'),
    ]);
  });

  it.each([
    ['nonsense', 'no JSON'],
    ['[]', 'no JSON object'],
    ['{"allow": 7}', '"allow" is no array'],
    ['{"groups": {"a": "b"}}', '"groups" is no object'],
    ['{"version": "1.4"}', '"version"'],
  ])('that holds %s is an error, and stays as it is', async (text, problem) => {
    const path = await written(text);
    await expect(AuthFile.open(path)).rejects.toMatchObject({
      code: 'auth-file-invalid',
      message: expect.stringContaining(problem) as string,
    });
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('of an older version is upgraded after a copy', async () => {
    const text = `{"allow": [{"credentials": "CURVE:${key()}"}, {"credentials": "FOO:x"}]} # old`;
    const path = await written(text);
    const file = await AuthFile.open(path);
    expect(file.contents.allow).toMatchObject([{ mechanism: 'CURVE', rpc_method_authorizations: {} }]);
    expect(file.contents.problems).toEqual([expect.stringContaining('FOO:x')]);
    expect(await readJson(path)).toMatchObject({ version: { major: 1, minor: 4 } });
    const copies = (await readdir(join(path, '..'))).filter((name) => /^auth\.json\.[\da-f-]{36}\.bak$/.test(name));
    expect(copies).toHaveLength(1);
    expect(await readFile(join(path, '..', copies[0]!), 'utf8')).toBe(text);
  });

  it('of a newer major version is used, but not changed', async () => {
    const text = JSON.stringify({ allow: [{ credentials: key(), user_id: 'a' }], version: { major: 2, minor: 0 } });
    const path = await written(text);
    const file = await AuthFile.open(path);
    expect(file.contents.allow).toHaveLength(1);
    await expect(file.remove([0])).rejects.toMatchObject({ code: 'auth-file-newer', value: path });
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

describe('a change', () => {
  it('adds, finds, updates and removes', async () => {
    const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
    const [one, two] = [key(), key()];
    await file.add({ credentials: one, user_id: 'one', capabilities: ['x'] });
    await file.add({ credentials: two, user_id: 'two' });
    await file.add({ credentials: two, user_id: 'bad' }, { list: 'deny' });
    expect(file.find(two)).toMatchObject([{ index: 1, entry: { user_id: 'two' } }]);
    expect(file.find(two, 'deny')).toMatchObject([{ index: 0, entry: { user_id: 'bad' } }]);
    await file.update(0, { comments: 'hello' });
    expect(file.contents.allow[0]).toMatchObject({ user_id: 'one', comments: 'hello', capabilities: { x: null } });
    await file.removeCredential(two);
    expect(file.contents).toMatchObject({ allow: [{ user_id: 'one' }], deny: [{ user_id: 'bad' }] });
  });

  it('refuses a user or a rule that is there already, unless told to overwrite', async () => {
    const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
    const [one, two] = [key(), key()];
    await file.add({ credentials: one, user_id: 'one' });
    await expect(file.add({ credentials: two, user_id: 'one' })).rejects.toMatchObject({
      code: 'auth-entry-exists',
      message: 'The user_id one is already in use at index 0.',
    });
    await expect(file.add({ credentials: one })).rejects.toMatchObject({ code: 'auth-entry-exists', index: 0 });
    await file.add({ credentials: two, user_id: 'one' }, { overwrite: true });
    expect(file.contents.allow).toMatchObject([{ credentials: two, user_id: 'one' }]);
  });

  it('refuses invalid entries, indices, groups and roles, and then leaves all as it was', async () => {
    const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
    await file.add({ credentials: key(), user_id: 'one' });
    const before = await readFile(file.path, 'utf8');
    await expect(file.add({ credentials: 'short' })).rejects.toMatchObject({ code: 'auth-entry-invalid' });
    const limit = { credentials: key(), capabilities: { edit: { identity: '/meter(/' } } };
    await expect(file.add(limit)).rejects.toThrow(/edit can never be used for any identity: .*Unterminated group/);
    await expect(file.update(0, { mechanism: 'X' })).rejects.toMatchObject({ code: 'auth-entry-invalid' });
    await expect(file.update(1, {})).rejects.toMatchObject({ code: 'auth-entry-unknown' });
    await expect(file.remove([0, 7])).rejects.toMatchObject({ code: 'auth-entry-unknown', value: 7 });
    await expect(file.setGroups({ g: 'r' } as never)).rejects.toMatchObject({ code: 'invalid-value' });
    expect(await readFile(file.path, 'utf8')).toBe(before);
  });

  it.each([String.raw`/192\.168\.1\..*`, String.raw`192\.168\.1\..*`])(
    'refuses the addresses that the page calls invalid: %s',
    async (address) => {
      const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
      const refused = file.add({ credentials: key(), address });
      await expect(refused).rejects.toThrow('an expression is written between slashes: /192');
      await file.add({ credentials: key(), address: String.raw`/192\.168\.1\..*/` });
      const [{ address: stored } = {}] = (
        JSON.parse(await readFile(file.path, 'utf8')) as { allow: { address: string }[] }
      ).allow;
      expect(stored).toBe(String.raw`/192\.168\.1\..*/`);
      expect(await readFile(file.path, 'utf8')).toContain(String.raw`"/192\\.168\\.1\\..*/"`);
    },
  );

  it('keeps what another process wrote meanwhile, and tells its listeners', async () => {
    const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
    const other = await AuthFile.open(file.path);
    const told: unknown[] = [];
    const off = file.onChange(({ allow }, { before, by }) => told.push([by, before.allow.length, allow.length]));
    await other.add({ credentials: key(), user_id: 'one' });
    await file.add({ credentials: key(), user_id: 'two' });
    await other.add({ credentials: key(), user_id: 'three' });
    await file.reload();
    off();
    await file.remove([0]);
    expect(told).toEqual([
      ['edit', 0, 1],
      ['us', 1, 2],
      ['edit', 2, 3],
    ]);
  });

  it('of roles is felt at once, since their capabilities are stored nowhere else', async () => {
    const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
    await file.add({ credentials: key(), user_id: 'a', roles: ['operator'] });
    await file.setRoles({ operator: ['can_reset'] });
    await file.update(0, { comments: 'rewritten' });
    const allows = (): boolean => createAuthorizer(createAuthSnapshot(file.contents)).allows('a', 'can_reset');
    expect(allows()).toBe(true);
    await file.setRoles({});
    expect(allows()).toBe(false);
  });

  it('is whole or absent in a file whose writer is killed', { timeout: 60_000 }, async () => {
    const path = join(await scratchFolder(), 'auth.json');
    let reads = 0;
    for (const writes of [1, 3, 7, 12]) {
      const child = startChild('auth-file-writer', [path]);
      const exited = once(child, 'exit');
      while (writes > reads) {
        await once(child.stdout, 'data');
        const { allow } = (await readJson(path)) as { allow: { comments: string }[] };
        expect(allow.every(({ comments }) => comments.length === 20_000)).toBe(true);
        reads++;
      }
      child.kill('SIGKILL');
      await exited;
      const { contents } = await AuthFile.open(path);
      expect(contents.problems).toEqual([]);
      expect(contents.allow.length).toBeGreaterThan(0);
    }
  });
});

describe("the platform's own entries", () => {
  const names = [
    'platform',
    'control.connection',
    'config.store',
    'platform.auth',
    'control',
    'keydiscovery',
    'platform_web',
  ];

  it('are those of VOLTTRON 9, whose control asks for no capability, and let control manage agents', async () => {
    const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
    const theirs = (await AuthFile.open(golden('vhomeA/auth.json'))).contents.allow.slice(0, names.length);
    await ensureEntries(
      file,
      names.map((name, n) => platformEntry(name, theirs[n]?.credentials ?? '')),
    );
    const managers = ['control', 'control.connection'];
    const ours = theirs.map((entry) => {
      const further = managers.includes(entry.user_id) ? { manage_agents: null } : {};
      return { ...entry, capabilities: { ...entry.capabilities, ...further } };
    });
    expect(file.contents.allow).toEqual(ours);
  });

  it('are written once, follow a new key and keep what an operator added', async () => {
    const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
    const [first, second] = [key(), key()];
    await ensureEntries(file, [platformEntry('control', first)]);
    await file.update(0, { capabilities: { mine: null } });
    await ensureEntries(file, [platformEntry('control', first)]);
    const { mtimeMs } = await stat(file.path);
    await ensureEntries(file, [platformEntry('control', first)]);
    expect((await stat(file.path)).mtimeMs).toBe(mtimeMs);
    await ensureEntries(file, [platformEntry('control', second)]);
    expect(file.contents.allow).toMatchObject([
      { credentials: second, capabilities: { mine: null, allow_auth_modifications: null } },
    ]);
  });

  it('let an agent edit its own configuration only', () => {
    expect(agentEntry('agent.a', 'k', { read_journal: null }).capabilities).toEqual({
      edit_config_store: { identity: 'agent.a' },
      read_journal: null,
    });
    expect(agentEntry('agent.a', 'k').capabilities).toEqual({ edit_config_store: { identity: 'agent.a' } });
  });

  it("let a platform's own agent manage agents and every configuration", () => {
    expect(agentEntry('platform.agent', 'k').capabilities).toEqual({
      edit_config_store: { identity: '/.*/' },
      manage_agents: null,
    });
  });
});
