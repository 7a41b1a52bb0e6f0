import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startVctl, vctl } from './support/vctl.ts';
import { goldenHome, Platform } from './support/platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start(await goldenHome());
});
afterAll(() => platform.stop());

describe('two operators', () => {
  it('work at the same time, both with all rights', async () => {
    // Holds the name while it waits for an answer.
    const first = startVctl(['auth', 'remove', '7'], platform);
    onTestFinished(async () => {
      await first.end();
    });
    await first.says('Do you wish to delete?');
    const peers = await vctl(['peerlist'], platform);
    expect(peers).toMatchObject({ code: 0, stderr: '' });
    expect(peers.stdout).toMatch(/^control\.connection\ncontrol\.connection\.[0-9a-f]{8}\n/m);
    expect(await vctl(['auth', 'add-role', 'r', 'c'], platform)).toMatchObject({ code: 0, stdout: 'added role "r"\n' });
    const verbose = await vctl(['auth', 'list-roles', '-v'], platform);
    expect(verbose.stderr).toContain('control.connection is in use by another vctl');
    expect(await first.end('y\n')).toBe(0);
    expect((await vctl(['auth', 'list'], platform)).stdout).not.toContain('golden.one');
  });
});
