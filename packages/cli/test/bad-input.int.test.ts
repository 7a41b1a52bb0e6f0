import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, KeyStore } from '@volttron-ts/auth';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { transcript } from './support/golden.ts';
import { emptyHome, goldenHome, Platform, SERVER_KEY } from './support/platform.ts';
import { vctl } from './support/vctl.ts';

async function scratchHome(): Promise<string> {
  const home = await emptyHome();
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

/** One line on the errors, nothing on the output. */
async function failure(code: number, args: readonly string[], run: Parameters<typeof vctl>[1]): Promise<string> {
  const ended = await vctl(args, run);
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(ended.stderr).toMatch(/^[^\n]+\n$/);
  return ended.stderr;
}

/** The words that scripts look for. */
const NOT_RUNNING = 'VOLTTRON is not running. This command requires VOLTTRON platform to be running';

describe('vctl, used wrongly', () => {
  it('answers an unknown command as the original does', async () => {
    const { args, code, stdout, stderr } = transcript('bad_command');
    const ended = await vctl(args, { home: await scratchHome() });
    const choices = / \(choose from (.*)\)\n$/;
    expect({ ...ended, stderr: ended.stderr.replace(choices, '') }).toEqual({
      code,
      stdout,
      stderr: stderr.replace(choices, ''),
    });
    // Ours stand in another order, and there are more.
    const namesIn = (text: string): string[] => choices.exec(text)?.[1]?.split(', ') ?? [];
    const ours = namesIn(ended.stderr);
    expect(namesIn(stderr).filter((name) => !ours.includes(name))).toEqual(["'run'", "'send'", "'stats'"]);
  });

  it('names a wrong sub-command, option, argument and value with exit code 2', async () => {
    const home = await scratchHome();
    const nested = await vctl(['auth', 'rpc', 'edit'], { home });
    expect(nested).toMatchObject({ code: 2, stdout: '' });
    expect(nested.stderr).toContain("invalid choice: 'edit' (choose from 'list', 'add', 'remove')");
    expect(await failure(2, ['auth', 'list', '--jsn'], { home })).toContain('--jsn');
    expect(await failure(2, ['auth', 'update'], { home })).toContain('index');
    expect(await failure(2, ['auth', 'list', '-t', 'soon'], { home })).toContain('soon');
    expect(await failure(2, ['auth', 'add', '--add-known-host'], { home })).toContain('--address');
    expect(await failure(2, ['auth', 'rpc', 'add', 'nodot', 'c'], { home })).toContain('nodot');
    const host = ['auth', 'add-known-host', '--serverkey', SERVER_KEY, '--host'];
    expect(await failure(2, [...host, 'tcp://nowhere'], { home })).toContain('tcp://nowhere');
    expect((await vctl([], { home })).code).toBe(2);
  });

  it('says in one line that no platform runs, and with --json on the output too', async () => {
    const home = await scratchHome();
    expect(await failure(10, ['auth', 'list'], { home })).toContain(NOT_RUNNING);
    await writeFile(join(home, 'known_hosts'), JSON.stringify({ '@': SERVER_KEY }));
    const line = await failure(10, ['auth', 'list'], { home });
    expect(line).toContain(home);
    const { stdout } = await vctl(['auth', 'list', '--json'], { home });
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'unreachable', message: line.trimEnd() } });
    const address = 'ipc://@/nowhere/vip.socket';
    expect(await failure(10, ['auth', 'list', '--vip-address', address], { home })).toContain(address);
  });

  it('names a home that is not there, and files that are no such', async () => {
    const home = await scratchHome();
    expect(await failure(74, ['auth', 'list'], { home: join(home, 'no') })).toContain(join(home, 'no'));
    expect(await failure(74, ['auth', 'serverkey'], { home })).toContain('keystore');
    await writeFile(join(home, 'known_hosts'), '{"a:1": "short"}');
    expect(await failure(78, ['auth', 'list-known-hosts'], { home })).toContain('known_hosts');
  });
});

describe('vctl at a running platform', () => {
  let platform: Platform;
  let address: string;
  beforeAll(async () => {
    platform = await Platform.start(await goldenHome());
    address = `ipc://@${platform.home}/run/vip.socket`;
  });
  afterAll(() => platform.stop());

  it('is not let in by a platform that does not know its key', async () => {
    const home = await scratchHome();
    const environment = { VOLTTRON_SERVERKEY: SERVER_KEY };
    const line = await failure(77, ['auth', 'list', '--vip-address', address], { home, environment });
    expect(line).toContain((await new KeyStore(home).agent('control.connection')).publicKey);
  });

  it('does not speak to a platform with another server key than the known one', async () => {
    const home = await scratchHome();
    const other = generateKeyPair().publicKey;
    await writeFile(join(home, 'known_hosts'), JSON.stringify({ '@': other }));
    await cp(join(platform.home, 'keystores'), join(home, 'keystores'), { recursive: true });
    expect(await failure(77, ['auth', 'list', '--vip-address', address], { home })).toContain('serverkey');
    const environment = { VOLTTRON_SERVERKEY: SERVER_KEY };
    const line = await failure(77, ['auth', 'list', '--vip-address', address], { home, environment });
    expect(line).toContain(other);
  });

  it('says when no answer came in time', async () => {
    const line = await failure(75, ['auth', 'list', '--timeout', '0.0001'], { home: platform.home });
    expect(line).toBe('auth: operation timed out\n');
  });

  it('may be run twice at once', async () => {
    const both = await Promise.all([0, 1].map(() => vctl(['auth', 'list-roles'], platform)));
    const { stdout, stderr, code } = transcript('auth_list_roles_really_empty');
    expect(both).toEqual([0, 1].map(() => ({ code, stdout, stderr })));
  });
});
