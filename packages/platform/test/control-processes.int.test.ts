import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyAgent } from './support/agent-archive.ts';
import { eventually } from './support/eventually.ts';
import { TestPlatform } from './support/test-platform.ts';
import type { Operator } from './support/test-platform.ts';

let platform: TestPlatform;
let operator: Operator;
let archive: Buffer;

beforeAll(async () => {
  // So that crashes are followed by starts within a second.
  platform = await TestPlatform.start({ config: 'agent-monitor-frequency = 1' });
  operator = await platform.operator();
  archive = await tinyAgent();
});

afterAll(async () => {
  await platform[Symbol.asyncDispose]();
});

interface About {
  readonly pid: number;
  readonly uuid: string;
  readonly dataFolder: string;
  readonly greeting: string;
}

/** What the agent says of itself, as soon as it is on the bus. */
const about = (identity: string): Promise<About> =>
  eventually(async () => {
    if (!(await operator.vip.peerlist.list()).includes(identity)) return undefined;
    return (await operator.vip.rpc.call(identity, 'about')) as About;
  });

const statusOf = async (uuid: string) => (await operator.call('agent_status', uuid)) as [number | null, number | null];

describe('an installed agent', { timeout: 90_000 }, () => {
  it('starts in a process with its own keys, folder and configuration, and stops when asked to', async () => {
    const uuid = await operator.install(archive, { identity: 'meter' });
    expect(await statusOf(uuid)).toEqual([null, null]);
    expect(await operator.call('start_agent', uuid)).toBeNull();
    const said = await about('meter');
    expect(said).toMatchObject({
      ...{ uuid, greeting: 'hello' },
      dataFolder: join(platform.home, `agents/${uuid}/tiny-agent-1.0.0/tiny-agent-1.0.0.agent-data`),
    });
    expect(await statusOf(uuid)).toEqual([said.pid, null]);
    expect(await operator.call('status_agents')).toContainEqual([uuid, 'tiny-agent-1.0.0', [said.pid, null], 'meter']);
    const again = operator.call('start_agent', uuid);
    await expect(again).rejects.toThrow('agent is already running');
    expect(await operator.call('stop_agent', uuid)).toBeNull();
    expect(await statusOf(uuid)).toEqual([said.pid, 0]);
    expect(await operator.vip.peerlist.list()).not.toContain('meter');
    expect(await readFile(join(platform.home, 'logs/meter.log'), 'utf8')).toContain('connected to the platform');
    // As in the original, one that does not run may be stopped.
    expect(await operator.call('stop_agent', uuid)).toBeNull();
    await operator.call('clear_status', true);
    expect(await statusOf(uuid)).toEqual([null, null]);
  });

  it('has another process after restart_agent', async () => {
    const uuid = await operator.install(archive, { identity: 'restarted' });
    await operator.call('start_agent', uuid);
    const before = await about('restarted');
    await operator.call('restart_agent', uuid);
    expect((await about('restarted')).pid).not.toBe(before.pid);
    await operator.call('stop_agent', uuid);
  });

  it('starts again by itself after each crash, and people are told when it goes on crashing', async () => {
    const uuid = await operator.install(archive, { identity: 'shaky' });
    const alert = (async () => {
      for await (const { topic, headers } of operator.vip.pubsub.subscribe('alerts/')) return { topic, headers };
      return undefined;
    })();
    await operator.call('start_agent', uuid);
    let last = await about('shaky');
    for (let n = 0; n < 5; n++) {
      operator.vip.rpc.notify('shaky', 'crash');
      const before = last.pid;
      last = await eventually(async () => {
        const [pid, exitCode] = await statusOf(uuid);
        return pid !== before && exitCode === null ? about('shaky') : undefined;
      });
    }
    expect(await alert).toMatchObject({
      topic: 'alerts/ControlService/campus_control',
      headers: { alert_key: `Agent tiny-agent-1.0.0(${uuid}) stopped unexpectedly` },
    });
    await operator.call('stop_agent', uuid);
    expect((await statusOf(uuid))[0]).toBe(last.pid);
  });

  it('that cannot be started is told with the reason', async () => {
    await expect(operator.call('start_agent', 'b2b5e7c6-unknown')).rejects.toThrow(/No agent with the UUID/);
  });

  it('goes, running or not, with remove_agent', async () => {
    const uuid = await operator.install(archive, { identity: 'doomed' });
    await operator.call('start_agent', uuid);
    await about('doomed');
    await operator.call('remove_agent', uuid);
    expect(await operator.vip.peerlist.list()).not.toContain('doomed');
    expect(await statusOf(uuid)).toEqual([null, null]);
    expect(await operator.call('status_agents')).not.toContainEqual(expect.arrayContaining([uuid]));
  });

  it('stops with all others at shutdown, the platform going on', async () => {
    const uuids = [
      await operator.install(archive, { identity: 's1' }),
      await operator.install(archive, { identity: 's2' }),
    ];
    await Promise.all(uuids.map((uuid) => operator.call('start_agent', uuid)));
    await Promise.all(['s1', 's2'].map(about));
    expect(await operator.call('shutdown')).toBeNull();
    for (const uuid of uuids) expect((await statusOf(uuid))[1]).toBe(0);
    expect(platform.ends).toEqual([]);
  });

  it('is no obstacle to stop_platform, which asks the platform to end', async () => {
    expect(await operator.call('stop_platform')).toBeNull();
    await eventually(() => platform.ends[0]);
    expect(platform.ends).toEqual(['the service control asked for it']);
  });
});
