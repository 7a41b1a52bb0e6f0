import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentFolder } from './support/agent-package.ts';
import { transcript } from './support/golden.ts';
import { goldenHome, Platform } from './support/platform.ts';
import { runLinked, vctl } from './support/vctl.ts';

async function startPlatform(): Promise<Platform> {
  const platform = await Platform.start(await goldenHome());
  onTestFinished(() => platform.stop());
  return platform;
}

describe('vctl shutdown', () => {
  it('stops all agents, and with --platform the platform, whose process is gone when it ends', async () => {
    const platform = await startPlatform();
    const folder = await agentFolder({ name: 'meter', version: '1.0.0' });
    const installed = await vctl(['install', folder, '--vip-identity', 'meter', '--start', '--json'], platform);
    const { pid } = JSON.parse(installed.stdout) as { pid: number };
    expect(await vctl(['shutdown'], platform)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    const status = await vctl(['status', '--json'], platform);
    expect(JSON.parse(status.stdout)).toMatchObject({ meter: { status: '0' } });
    const platformPid = Number(await readFile(join(platform.home, 'VOLTTRON_PID'), 'utf8'));
    expect(await vctl(['shutdown', '--platform'], platform)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(() => process.kill(platformPid, 0)).toThrow('ESRCH');
    expect(await vctl(['status'], platform)).toMatchObject({ code: 10, stdout: '' });
  });
});

/** What `audit verify` says of a log that is not as it was written. */
async function fault(platform: Platform): Promise<string> {
  const { code, stdout, stderr } = await vctl(['audit', 'verify'], platform);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr;
}

describe('vctl audit verify', () => {
  it('proves the log of what operators did, and finds that it was changed or cut', async () => {
    const platform = await startPlatform();
    await vctl(['auth', 'add-role', 'r', 'c'], platform);
    const whole = await vctl(['audit', 'verify'], platform);
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    expect(whole.stdout).toMatch(/^\d+ entries, unbroken; signed through \d+; head [0-9a-f]{64}\n$/);
    await vctl(['shutdown', '--platform'], platform);
    const log = join(platform.home, 'audit.log');
    expect(await readFile(log, 'utf8')).toContain('control.connection');
    const text = await readFile(log, 'utf8');
    const tampered = text.replace('"control.connection"', '"somebody.else"');
    await writeFile(log, tampered);
    expect(await fault(platform)).toMatch(/^vctl: Line \d+ of .*audit\.log is not as it was written: .*\n$/);
    await writeFile(log, `${text.split('\n').slice(0, -2).join('\n')}\n`);
    expect(await fault(platform)).toMatch(/^vctl: Line \d+ of .*audit\.log is not as it was written: .*\n$/);
    await writeFile(log, text);
    expect(await vctl(['audit', 'verify', '--json'], platform)).toMatchObject({ code: 0, stderr: '' });
    await appendFile(log, '{"seq": 1000}\n');
    const changed = await vctl(['audit', 'verify', '--json'], platform);
    expect(changed.code).toBe(1);
    expect(JSON.parse(changed.stdout)).toMatchObject({ error: { code: 'audit-fault' } });
    expect(changed.stderr).toMatch(/^vctl: Line \d+ of .*audit\.log is not as it was written: .*\n$/);
  });
});

describe('vctl stats', () => {
  it('is none: what it switches on stops the platform of the original', async () => {
    const { args } = transcript('stats_status');
    const ended = await vctl(args, { home: '/nowhere' });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain("invalid choice: 'stats'");
  });
});

describe('vctl --version', () => {
  it.each(['vctl', 'volttron-ctl', 'vcfg', 'volttron-cfg'])('is known to %s, which npm links', async (program) => {
    const { code, stdout, stderr } = await runLinked(program, '--version');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(program.endsWith('cfg') ? /^vcfg \d/ : /^vctl \d/);
  });

  it('prints the version, which the original refuses', async () => {
    const { args } = transcript('version');
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await vctl(args, { home: '/nowhere' })).toEqual({ code: 0, stdout: `vctl ${version}\n`, stderr: '' });
  });
});
