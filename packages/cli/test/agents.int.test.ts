import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentFolder, IDLE, scratch } from './support/agent-package.ts';
import { transcript } from './support/golden.ts';
import { goldenHome, Platform } from './support/platform.ts';
import { vctl } from './support/vctl.ts';
import type { Ended } from './support/vctl.ts';

let platform: Platform;
const run = (...args: string[]): Promise<Ended> => vctl(args, platform);

interface Listed {
  readonly agent_uuid: string;
  readonly name: string;
  readonly agent_tag: string;
  readonly PRI: string;
  readonly status: string;
}

const listed = async (...args: string[]): Promise<Record<string, Listed>> =>
  JSON.parse((await run(...args, '--json')).stdout) as Record<string, Listed>;

/** Not already when the platform looks whether the module loads, which it does before it installs. */
const WHEN_LAUNCHED = "if (process.env['AGENT_UUID'] !== undefined)";

beforeAll(async () => {
  platform = await Platform.start(await goldenHome());
});
afterAll(() => platform.stop());

describe('vctl install', () => {
  it('makes an identity of the name, and keeps an installed agent unless forced', async () => {
    const folder = await agentFolder({ name: 'meter', version: '1.0.0' });
    const first = await run('install', folder, '--tag', 'm', '--priority', '7');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^Agent [0-9a-f-]{36} installed\n$/);
    const before = await listed('list');
    const identity = 'meter-1.0.0_1';
    expect(before).toMatchObject({ [identity]: { name: 'meter-1.0.0', agent_tag: 'm', PRI: '07' } });
    const again = await run('install', folder, '--vip-identity', identity);
    // Text and exit code of the original.
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('Identity already exists.  Pass --force option to re-install.');
    expect(await listed('list')).toEqual(before);
    expect(await run('install', folder, '--vip-identity', identity, '--force')).toMatchObject({ code: 0 });
    const after = await listed('list');
    expect(after[identity]).toMatchObject({ agent_tag: 'm', PRI: '07' });
    await run('remove', after[identity]!.agent_uuid);
  });

  it('gives the agent its configuration, and prints its result as CSV', async () => {
    const folder = await agentFolder({ name: 'told', version: '1.0.0' });
    const config = join(await scratch(), 'config.json');
    await writeFile(config, '{"limit": 75, "unit": "°F"}\n');
    const { stdout } = await run('install', folder, '--agent-config', config, '--enable', '--csv');
    const [keys, values = ''] = stdout.split('\n');
    expect(keys).toBe('agent_uuid,enabling,priority');
    const [uuid = '', ...others] = values.split(',');
    expect(others).toEqual(['true', '50']);
    const info = join(platform.home, 'agents', uuid, 'told-1.0.0', 'told-1.0.0.dist-info');
    expect(await readFile(join(info, 'config'), 'utf8')).toBe('{"limit": 75, "unit": "°F"}\n');
    await run('remove', uuid);
  });

  it('names in one line what cannot be installed', async () => {
    const missing = await run('install', '/no/such/agent.tgz');
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toMatch(/^install: error: .*\/no\/such\/agent\.tgz.*\n$/);
    const empty = await run('install', await scratch());
    expect(empty.code).toBe(1);
    expect(empty.stderr).toContain('package.json');
    const folder = await agentFolder({ name: 'meter', version: '1.0.0' });
    for (const wrong of [
      ['--priority', '100'],
      ['--tag', ''],
      ['-st', '0', '--start'],
      ['--agent-config', folder],
    ]) {
      const { code, stderr } = await run('install', folder, ...wrong);
      expect([2, 74], stderr).toContain(code);
      expect(stderr).toMatch(/^[^\n]+\n$/);
    }
    expect(await listed('list')).toEqual({});
  });

  it('says that an agent is installed which does not come up', async () => {
    const folder = await agentFolder({ name: 'broken', version: '1.0.0', first: `${WHEN_LAUNCHED} process.exit(3);` });
    const { code, stdout, stderr } = await run('install', folder, '--start', '--json');
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout) as { error: { agent_uuid: string } };
    expect(error).toMatchObject({ code: 'not-started', starting: true, started: false });
    expect(stderr).toMatch(/^install: error: The agent is installed, but does not run: .*exit code 3.*\n$/);
    // The platform may just be starting it once more, which `start` would pass over.
    const started = await run('restart', error.agent_uuid);
    expect(started.code).toBe(20);
    expect(started.stderr).toMatch(/^restart: error: The agent broken-1\.0\.0 .* ended with exit code 3 .*\n$/m);
    await run('remove', error.agent_uuid);
  });

  it('says what it waits for, and that the time is over', async () => {
    // It lives, but never gets to its hello.
    const folder = await agentFolder({
      name: 'silent',
      version: '1.0.0',
      first: `${WHEN_LAUNCHED} await new Promise((go) => setTimeout(go, 60_000));`,
    });
    const { code, stderr } = await run('install', folder, '--start', '-st', '5', '--vip-identity', 'silent');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^install: waiting until silent \[\d+\] says hello\n/);
    expect(stderr).toContain('after 5 seconds');
    const [{ agent_uuid: uuid }] = Object.values(await listed('list')) as [Listed];
    await run('stop', uuid);
    expect(await run('start', uuid, '--timeout', '4')).toMatchObject({
      code: 75,
      stderr: expect.stringContaining('start: operation timed out\n') as string,
    });
    await run('remove', uuid);
  });
});

describe('vctl, choosing agents', () => {
  const identities = ['one', 'two', 'three'];
  beforeAll(async () => {
    for (const identity of identities) {
      const folder = await agentFolder({ name: `agent-${identity}`, version: '1.0.0', run: IDLE });
      const tag = identity === 'three' ? [] : ['--tag', `t.${identity}`];
      await run('install', folder, '--vip-identity', identity, ...tag);
    }
  });

  const running = async (): Promise<string[]> =>
    Object.entries(await listed('status')).flatMap(([identity, { status }]) =>
      status.startsWith('running') ? [identity] : [],
    );

  it('acts on those of a pattern, on the tagged ones, and on nobody by mistake', async () => {
    expect(await run('start')).toMatchObject({ code: 2, stdout: '' });
    const missed = await run('start', '--tag', 'one');
    expect(missed).toEqual({ code: 0, stdout: '', stderr: 'start: error: agent not found: one\n' });
    const started = await run('start', '--all-tagged', '--json');
    expect(Object.keys(JSON.parse(started.stdout) as object).toSorted()).toEqual(['one', 'two']);
    expect((await running()).toSorted()).toEqual(['one', 'two']);
    // Those that run already are passed over, as in the original.
    const all = await run('start', '--name', 'agent-*');
    expect(all.stdout).toMatch(/^Starting [0-9a-f-]{36} agent-three-1\.0\.0\n$/);
    const { three } = await listed('list');
    const stopped = await run('stop', three!.agent_uuid.slice(0, 8), '--json');
    expect(JSON.parse(stopped.stdout)).toMatchObject({ three: { status: 'stopped' } });
    expect((await running()).toSorted()).toEqual(['one', 'two']);
  });

  it('lists and marks them without a platform, whatever the order of options', async () => {
    const { home } = platform;
    const offline = await scratch();
    for (const [uuid, name] of [
      ['11111111-0000', 'a-1'],
      ['11112222-0000', 'b-1'],
    ] as const) {
      await mkdir(join(offline, 'agents', uuid, name, `${name}.dist-info`), { recursive: true });
      await writeFile(join(offline, 'agents', uuid, 'IDENTITY'), name);
    }
    const own = (...args: string[]): Promise<Ended> => vctl(args, { home: offline });
    expect(await own('--json', '-t', '5', 'list')).toMatchObject({ code: 0 });
    expect(await own('tag', 'a', 'x')).toMatchObject({ code: 0, stdout: 'Tagging 11111111-0000 a-1\n' });
    expect(await own('tag', '--name', 'a-1')).toMatchObject({ code: 0, stdout: 'x\n' });
    expect(await own('enable', '-p', '5', '1111*', '--name', 'b*')).toMatchObject({
      code: 0,
      stdout: 'Enabling 11112222-0000 b-1 with priority 05\n',
      stderr: 'enable: error: agent not found: 1111*\n',
    });
    expect(await own('list')).toMatchObject({
      stdout: '11111 a-1   a-1      x         \n11112 b-1   b-1              05\n',
    });
    expect(await own('disable', 'b')).toMatchObject({ stdout: 'Disabling 11112222-0000 b-1\n' });
    expect(await own('tag', '-r', 'a')).toMatchObject({ stdout: 'Removing tag for 11111111-0000 a-1\n' });
    expect(await own('tag', 'a')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await own('tag', '1111', 'y')).toMatchObject({ code: 10, stdout: '' });
    expect(await own('enable', 'a', '-p', '100')).toMatchObject({
      code: 2,
      stderr: 'vctl: Priority must be an integer from 0 - 99. Received: 100\n',
    });
    expect(await own('status')).toMatchObject({ code: 10 });
    expect(home).not.toBe(offline);
  });

  it('asks the platform of --vip-address for its agents', async () => {
    const address = `ipc://@${platform.home}/run/vip.socket`;
    const at = await run('list', '--vip-address', address, '--json');
    expect(Object.keys(JSON.parse(at.stdout) as object).toSorted()).toEqual(['one', 'three', 'two']);
    expect(await run('tag', '--vip-address', address, '--name', 'agent-three-1.0.0', 'far')).toMatchObject({ code: 0 });
    expect((await listed('list'))['three']).toMatchObject({ agent_tag: 'far' });
  });

  it('removes several only when forced', async () => {
    const several = await run('remove', '--name', 'agent-*');
    expect(several).toMatchObject({ code: 10, stdout: '' });
    expect(several.stderr).toMatch(/^remove: error: pattern returned multiple agents: agent-\*\. Use -f .*\n$/);
    expect(Object.keys(await listed('list'))).toHaveLength(3);
    expect((await run('remove', '-f', '--name', 'agent-*')).stdout.match(/^Removing/gm)).toHaveLength(3);
    expect(await listed('list')).toEqual({});
    // An agent that was removed is forgotten.
    expect(await run('clear')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('vctl tag --help', () => {
  it('has the arguments and options of the original', async () => {
    for (const name of ['tag_help', 'tag_1agent']) {
      const { args, code, stdout } = transcript(name);
      const ours = await vctl(args, platform);
      expect({ code: ours.code, stderr: ours.stderr }).toEqual({ code, stderr: '' });
      const flags = stdout.match(/--(?:name|tag|all-tagged|uuid|remove|help)\b/g) ?? [];
      for (const word of ['<agent>', '[tag]', ...flags]) expect(ours.stdout).toContain(word);
    }
  });
});
