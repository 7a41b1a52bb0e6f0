import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyOf, Secret } from '@volttron-ts/auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transcript } from './support/golden.ts';
import { goldenHome, Platform } from './support/platform.ts';
import { vctl } from './support/vctl.ts';

let platform: Platform;

async function replay(name: string): Promise<void> {
  const { args, code, stdout, stderr } = transcript(name, platform.home);
  expect(await vctl(args, platform), name).toEqual({ code, stdout, stderr });
}

beforeAll(async () => {
  platform = await Platform.start(await goldenHome());
});
afterAll(() => platform.stop());

// Each goes on from the state that the one before left, as the transcripts do.
describe('vctl auth', () => {
  it('adds, lists, updates and removes roles and groups as the original does', async () => {
    for (const name of [
      'auth_list_groups_really_empty',
      'auth_list_roles_really_empty',
      'auth_add_role',
      'auth_list_roles',
      'auth_update_role',
      'auth_add_group',
      'auth_list_groups',
      'auth_add_group_dup',
      'auth_update_group',
      'auth_list_groups_empty',
      'auth_remove_group',
      'auth_list_groups2',
      'auth_add_group2',
      'auth_remove_group2',
    ]) {
      await replay(name);
    }
    const roles = await vctl(['--json', 'auth', 'list-roles'], platform);
    expect(JSON.parse(roles.stdout)).toEqual({ r1: ['c1', 'c2', 'c3'] });
    await vctl(['auth', 'update-role', 'r1', 'c1', '--remove'], platform);
    expect((await vctl(['auth', 'list-roles'], platform)).stdout).toContain("['c2', 'c3']");
    await replay('auth_remove_role');
    await replay('auth_list_roles_really_empty');
    const missing = await vctl(['auth', 'remove-role', 'r1'], platform);
    expect(missing).toEqual({ code: 0, stdout: '', stderr: 'role "r1" does not exist\n' });
    const told = await vctl(['auth', 'remove-role', 'r1', '--json'], platform);
    const error = { code: 'role-unknown', message: 'role "r1" does not exist' };
    expect(JSON.parse(told.stdout)).toEqual({ error });
  });

  it('learns, lists and forgets known hosts as the original does, with or without scheme', async () => {
    await replay('auth_list_known_hosts');
    await replay('auth_add_known_host');
    await replay('auth_list_known_hosts_after');
    await replay('auth_remove_known_host_noscheme');
    await replay('auth_list_known_hosts');
    await replay('auth_add_known_host');
    const { args } = transcript('auth_remove_known_host');
    const stdout = `host "tcp://10.0.0.5:22916" removed from ${platform.home}/known_hosts\n`;
    expect(await vctl(args, platform)).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('names a known host that is none, in one line with exit code 1', async () => {
    const { code, stdout, stderr } = await vctl(transcript('auth_remove_known_host_missing').args, platform);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^vctl: The host "nohost:1" is not in .*known_hosts\..*\n$/);
  });

  it('does not put another key in place of a known one', async () => {
    const args = ['auth', 'add-known-host', '--host', '127.0.0.1:23916', '--serverkey'];
    const { code, stderr } = await vctl([...args, 'crrEdIjde_TbD3dDPZmmPnVvJ-vclcSRGjditdFvW1c'], platform);
    expect(code).toBe(77);
    expect(stderr).toContain('remove-known-host');
    await replay('auth_list_known_hosts');
  });

  it('prints the server key, from the home and from the platform', async () => {
    await replay('auth_serverkey');
    const address = `ipc://@${platform.home}/run/vip.socket`;
    const { stdout } = await vctl(['auth', 'serverkey', '--vip-address', address], platform);
    expect(stdout).toBe(transcript('auth_serverkey').stdout);
  });

  it('makes key pairs', async () => {
    const { stdout, code } = await vctl(transcript('auth_keypair').args, platform);
    const pair = JSON.parse(stdout) as { public: string; secret: string };
    expect({ code, keys: Object.keys(pair) }).toEqual({ code: 0, keys: ['public', 'secret'] });
    expect(publicKeyOf(new Secret(pair.secret))).toBe(pair.public);
    expect(stdout).toBe(`${JSON.stringify(pair, null, 2)}\n`);
  });

  it('lists the public keys of installed agents as the original does', async () => {
    await replay('auth_publickey');
    await install('5aaaaaaa-0000-4000-8000-000000000001');
    await replay('auth_publickey_1agent');
    await replay('auth_publickey_name');
    await install('5bbbbbbb-0000-4000-8000-000000000002', 'other');
    const two = await vctl(['auth', 'publickey', '--tag', 'o*'], platform);
    expect(two.stdout).toMatch(/^5b listeneragent-3\.3 other {4}other crrE/);
    const none = await vctl(['auth', 'publickey', '--json', 'no-such'], platform);
    expect(none).toEqual({ code: 0, stdout: '{}\n', stderr: '' });
  });
});

/** The agent of the transcripts, as Python's installer lays it out. */
async function install(uuid: string, tag = 'lt'): Promise<void> {
  const folder = join(platform.home, 'agents', uuid);
  const info = join(folder, 'listeneragent-3.3', 'listeneragent-3.3.dist-info');
  await mkdir(info, { recursive: true });
  await writeFile(join(folder, 'IDENTITY'), tag === 'lt' ? 'listener1' : tag);
  await writeFile(join(folder, 'TAG'), `${tag}\n`);
  const keys = { public: 'crrEdIjde_TbD3dDPZmmPnVvJ-vclcSRGjditdFvW1c', secret: '' };
  await writeFile(join(info, 'keystore.json'), JSON.stringify(keys));
}
