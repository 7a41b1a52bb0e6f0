import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transcript } from './support/golden.ts';
import { goldenHome, Platform } from './support/platform.ts';
import { vctl } from './support/vctl.ts';

let platform: Platform;
const run = (...args: string[]): ReturnType<typeof vctl> => vctl(args, platform);

beforeAll(async () => {
  const home = await goldenHome();
  // As the captured one, it serves the web: platform_web is a peer.
  await appendFile(join(home, 'config'), 'bind-web-address = https://127.0.0.1:0\n');
  platform = await Platform.start(home);
});
afterAll(() => platform.stop());

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

describe('vctl peerlist', () => {
  it('lists the peers of the original, and the service that only ours has', async () => {
    const { args, code, stdout, stderr } = transcript('peerlist');
    const ours = await vctl(args, platform);
    expect({ code: ours.code, stderr: ours.stderr }).toEqual({ code, stderr });
    expect(lines(ours.stdout)).toEqual([...lines(stdout), 'platform.journal'].toSorted());
    expect(JSON.parse((await run('peerlist', '--json')).stdout)).toEqual(lines(ours.stdout));
  });
});

describe('vctl rpc', () => {
  it('lists the methods of control as the original does, but those for another bus', async () => {
    const { args, code, stdout, stderr } = transcript('rpc_list');
    const expected = stdout.replace('\tinstall_agent_rmq\n', '');
    expect(await vctl(args, platform)).toEqual({ code, stdout: expected, stderr });
  });

  it('prints calls as the original does', async () => {
    const { args, code, stdout, stderr } = transcript('rpc_code');
    expect(await vctl(args, platform)).toEqual({ code, stdout, stderr });
    const { stdout: all } = await run('rpc', 'code', 'platform.health');
    expect(all).toBe('self.vip.rpc.call(platform.health, get_platform_health).get()\n');
  });

  it('shows what a peer says of a method, and with -v the methods that every peer has', async () => {
    const described = await run('rpc', 'list', 'config.store', 'delete_config');
    expect(described.stdout).toMatch(/^config\.store\n\tdelete_config\n\tDocumentation:\n\t\t.+\n\tParameters:\n/);
    expect(described.stdout).toContain("\t\tidentity:\n\t\t\t{'kind': 'POSITIONAL_OR_KEYWORD'}\n");
    const dotted = await run('rpc', 'list', 'control', '-v');
    expect(dotted.stdout).toContain('\tagent.version\n');
    const two = await run('rpc', 'list', '-i', 'control', 'platform.health', '--json');
    expect(JSON.parse(two.stdout)).toMatchObject({ 'platform.health': ['get_platform_health'] });
  });

  it('names a peer that is none', async () => {
    const { code, stdout, stderr } = await run('rpc', 'list', 'nobody');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('"nobody"');
  });
});
