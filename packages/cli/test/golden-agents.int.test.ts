import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentArchive } from './support/agent-package.ts';
import { transcript } from './support/golden.ts';
import { goldenHome, Platform } from './support/platform.ts';
import { vctl } from './support/vctl.ts';
import type { Ended } from './support/vctl.ts';

const CAPTURED = '54192c8d-df0c-4a2c-980e-995490804409';

let platform: Platform;
let uuid = CAPTURED;

/** What differs from run to run: process ids, and with them the blanks behind; times; that something took its time. */
function steady(text: string): string {
  return text
    .replace(/running \[\d+\] */g, 'running [PID] ')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+/g, 'TIME')
    .replace(/^\w+: waiting until .*\n/gm, '');
}

/** The agent of the transcript is the installed one. */
const asInstalled = (text: string): string => text.replaceAll(CAPTURED, uuid).replaceAll(/^5 /gm, `${uuid[0]} `);

const normal = ({ code, stdout, stderr }: Ended): Ended => ({ code, stdout: steady(stdout), stderr: steady(stderr) });

async function replay(name: string): Promise<void> {
  const { args, ...golden } = transcript(name, platform.home);
  const expected = { ...golden, stdout: asInstalled(golden.stdout), stderr: asInstalled(golden.stderr) };
  expect(normal(await vctl(args, platform)), name).toEqual(normal(expected));
}

beforeAll(async () => {
  platform = await Platform.start(await goldenHome());
});
afterAll(() => platform.stop());

// Each test goes on from the state that the one before left, as the transcripts do.
describe('vctl, on agents', () => {
  it('says so when none is installed', async () => {
    for (const name of ['list', 'status', 'status_json', 'health']) await replay(name);
  });

  it('installs one, and lists it as the original does', async () => {
    const archive = await agentArchive({ name: 'listeneragent', version: '3.3' });
    const args = ['install', archive, '--vip-identity', 'listener1', '--tag', 'lt', '--enable', '--start', '--json'];
    const { code, stdout } = await vctl(args, platform);
    const report = JSON.parse(stdout) as { agent_uuid: string; pid: number };
    uuid = report.agent_uuid;
    const { pid } = report;
    const done = { tag: 'lt', enabling: true, priority: '50', starting: true, started: true };
    expect({ code, report }).toEqual({ code: 0, report: { agent_uuid: uuid, ...done, pid } });
    for (const name of ['list_1agent', 'status_1agent', 'health_1agent']) await replay(name);
    await replay('status_json_1agent');
    await replay('rpc_list_listener');
  });

  it('stops, starts and restarts it as the original does', async () => {
    for (const name of ['enable_1agent', 'stop_1agent', 'status_stopped', 'start_again']) await replay(name);
    const before = await processOf();
    await replay('restart_1agent');
    expect(await processOf()).not.toBe(before);
    for (const name of ['status_final', 'stop_final']) await replay(name);
  });

  it('removes it as the original does', async () => {
    await replay('remove_agent');
    await replay('status_removed');
    expect((await vctl(['auth', 'list'], platform)).stdout).not.toContain('listener1');
  });
});

async function processOf(): Promise<string | undefined> {
  const { stdout } = await vctl(['status'], platform);
  return /running \[(\d+)\]/.exec(stdout)?.[1];
}
