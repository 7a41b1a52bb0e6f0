import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyAgent } from './support/agent-archive.ts';
import { eventually } from './support/eventually.ts';
import { PlatformHome } from './support/platform-process.ts';
import type { PlatformProcess } from './support/platform-process.ts';

let archive: Buffer;
beforeAll(async () => {
  archive = await tinyAgent();
});

type Status = readonly [pid: number | null, exitCode: number | null];

interface About {
  readonly pid: number;
  readonly thread: number;
  readonly uuid: string;
  readonly dataFolder: string;
}

/** What an agent says of itself, as soon as it is on the bus; a call to one that dies meanwhile is tried again. */
const about = ({ operator }: PlatformProcess, identity: string): Promise<About> =>
  eventually(async () => {
    if (!(await operator.vip.peerlist.list()).includes(identity)) return undefined;
    const answer = operator.vip.rpc.call(identity, 'about', [], { timeoutMs: 2000 });
    return (await answer.catch(() => undefined)) as About | undefined;
  });

/** Installs agents under the names given. */
async function install({ operator }: PlatformProcess, ...identities: readonly string[]): Promise<string[]> {
  const uuids: string[] = [];
  for (const identity of identities) uuids.push(await operator.install(archive, { identity }));
  return uuids;
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a platform with installed agents', { timeout: 120_000 }, () => {
  it('starts the enabled ones by number, the highest first, each priority when the one before is on the bus', async () => {
    const home = await PlatformHome.make();
    const first = await home.start();
    const [low, high, middle, off] = await install(first, 'low', 'high', 'middle', 'off');
    for (const [uuid, priority] of [
      [low, '5'],
      [high, '99'],
      [middle, '49'],
    ]) {
      await first.operator.call('prioritize_agent', uuid, priority);
    }
    await first.operator.call('prioritize_agent', off, null);
    expect(await first.end('SIGTERM')).toBe(0);
    const second = await home.start();
    await about(second, 'low');
    // In the order in which they came.
    const came = (await second.operator.vip.peerlist.list()).filter((peer) =>
      ['low', 'high', 'middle', 'off'].includes(peer),
    );
    expect(came).toEqual(['high', 'middle', 'low']);
    expect(await second.operator.call('agent_status', off)).toEqual([null, null]);
  });

  it('starts none with autostart off, and says in VOLTTRON_PID who it is until it has ended', async () => {
    const home = await PlatformHome.make('autostart = false');
    // Of a process that is long gone.
    await writeFile(join(home.home, 'VOLTTRON_PID'), '4194305');
    const platform = await home.start();
    await home.pidFile(platform.child.pid);
    const [uuid] = await install(platform, 'sleeper');
    await platform.operator.call('prioritize_agent', uuid);
    expect(await platform.end('SIGINT')).toBe(0);
    await expect(access(join(home.home, 'VOLTTRON_PID'))).rejects.toThrow();
    const next = await home.start();
    await home.pidFile(next.child.pid);
    expect(await next.operator.call('agent_status', uuid)).toEqual([null, null]);
  });

  it('refuses a home that another platform runs on, and leaves that one alone', async () => {
    const home = await PlatformHome.make();
    const platform = await home.start();
    await home.pidFile(platform.child.pid);
    await expect(home.start()).rejects.toThrow(/volttron ended with 69/);
    await home.pidFile(platform.child.pid);
    expect(await platform.operator.vip.query('instance-name')).toBe('campus');
    expect(await platform.end('SIGTERM')).toBe(0);
  });

  it('ends its agents before the bus goes, so that they say goodbye', async () => {
    const home = await PlatformHome.make();
    const platform = await home.start();
    const [uuid] = await install(platform, 'polite');
    await platform.operator.call('start_agent', uuid);
    const { pid } = await about(platform, 'polite');
    expect(await platform.end('SIGTERM')).toBe(0);
    expect(lives(pid)).toBe(false);
    const log = await readFile(join(home.home, 'logs/polite.log'), 'utf8');
    expect(log).toContain('connected to the platform');
    expect(log).not.toContain('was lost');
  });

  it('that was killed finds its agents again, and starts none a second time', async () => {
    const home = await PlatformHome.make();
    const killed = await home.start();
    const [kept, ended] = await install(killed, 'kept', 'ended');
    await killed.operator.call('prioritize_agent', kept);
    for (const uuid of [kept, ended]) await killed.operator.call('start_agent', uuid);
    const [before, other] = [await about(killed, 'kept'), await about(killed, 'ended')];
    await killed.end('SIGKILL');
    expect(lives(before.pid)).toBe(true);
    process.kill(other.pid, 'SIGKILL');
    const next = await home.start();
    await home.pidFile(next.child.pid);
    expect((await about(next, 'kept')).pid).toBe(before.pid);
    expect(await next.operator.call('agent_status', kept)).toEqual([before.pid, null]);
    expect(await next.operator.call('agent_status', ended)).toEqual([null, null]);
    // It is supervised like one of its own.
    process.kill(before.pid, 'SIGKILL');
    const again = await eventually(async () => {
      const [pid, exitCode] = (await next.operator.call('agent_status', kept)) as Status;
      return pid !== before.pid && exitCode === null ? about(next, 'kept') : undefined;
    });
    expect(again.uuid).toBe(kept);
    expect(await next.end('SIGTERM')).toBe(0);
    expect(lives(again.pid)).toBe(false);
  });
});

describe('agents that share a process', { timeout: 120_000 }, () => {
  const config = 'shared-agents = "one, two"';

  it('run in threads of one, each with its own keys, folder and log, and start and stop alone', async () => {
    const home = await PlatformHome.make(config);
    const platform = await home.start();
    const uuids = await install(platform, 'one', 'two', 'alone');
    for (const uuid of uuids) await platform.operator.call('start_agent', uuid);
    const [one, two, alone] = await Promise.all(['one', 'two', 'alone'].map((identity) => about(platform, identity)));
    expect(one!.pid).toBe(two!.pid);
    expect(alone!.pid).not.toBe(one!.pid);
    expect([one!.thread, two!.thread].every((thread) => thread > 0)).toBe(true);
    expect([one!.uuid, two!.uuid]).toEqual(uuids.slice(0, 2));
    expect(one!.dataFolder).not.toBe(two!.dataFolder);
    expect(await readdir(join(home.home, 'logs'))).toEqual(expect.arrayContaining(['one.log', 'two.log']));
    await platform.operator.call('restart_agent', uuids[0]);
    const again = await about(platform, 'one');
    expect(again).toMatchObject({ pid: one!.pid });
    expect(again.thread).not.toBe(one!.thread);
    await platform.operator.call('stop_agent', uuids[1]);
    expect(await platform.operator.call('agent_status', uuids[1])).toEqual([one!.pid, 0]);
    expect(await platform.operator.call('agent_status', uuids[0])).toEqual([one!.pid, null]);
    expect(await platform.end('SIGTERM')).toBe(0);
    expect(lives(one!.pid)).toBe(false);
  });

  it('start again by themselves, one after its crash and all after that of the process', async () => {
    const home = await PlatformHome.make(config);
    const platform = await home.start();
    const uuids = await install(platform, 'one', 'two');
    for (const uuid of uuids) await platform.operator.call('start_agent', uuid);
    const [one, two] = await Promise.all(['one', 'two'].map((identity) => about(platform, identity)));
    platform.operator.vip.rpc.notify('one', 'crash');
    const restarted = await eventually(async () => {
      const next = await about(platform, 'one');
      return next.thread === one!.thread ? undefined : next;
    });
    expect(restarted.pid).toBe(one!.pid);
    expect((await about(platform, 'two')).thread).toBe(two!.thread);
    expect(await readFile(join(home.home, 'logs/one.log'), 'utf8')).toContain('as asked');
    process.kill(one!.pid, 'SIGKILL');
    for (const identity of ['one', 'two']) {
      const { pid } = await eventually(async () => {
        const next = await about(platform, identity);
        return next.pid === one!.pid ? undefined : next;
      });
      expect(lives(pid)).toBe(true);
    }
    // One process again.
    const [a, b] = await Promise.all(['one', 'two'].map((identity) => about(platform, identity)));
    expect(a!.pid).toBe(b!.pid);
  });

  it('end with a platform that is killed, and start with the next one', async () => {
    const home = await PlatformHome.make(config);
    const killed = await home.start();
    const [uuid] = await install(killed, 'one');
    await killed.operator.call('prioritize_agent', uuid);
    await killed.operator.call('start_agent', uuid);
    const { pid } = await about(killed, 'one');
    await killed.end('SIGKILL');
    await eventually(() => (lives(pid) ? undefined : true));
    const next = await home.start();
    expect((await about(next, 'one')).pid).not.toBe(pid);
  });
});
