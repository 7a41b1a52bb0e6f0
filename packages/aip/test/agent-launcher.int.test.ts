import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AgentInstaller, AgentLauncher, agentPaths } from '../src/index.ts';
import type { AgentEnd, AgentLauncherOptions, InstalledAgent } from '../src/index.ts';
import { quiet, realClock } from './support/clock.ts';
import { temporary, text, tinyArchive, writeTree } from './support/home.ts';

const preload = new URL('../src/launch-preload.ts', import.meta.url).href;
const program = join(import.meta.dirname, 'support', 'program.mjs');
const launchers: AgentLauncher[] = [];

afterEach(async () => {
  for (const launcher of launchers.splice(0)) {
    for (const { agent, status } of launcher.statuses()) {
      if (status[1] !== null || status[0] === null) continue;
      try {
        process.kill(status[0], 'SIGKILL');
      } catch {
        // It ended just now.
      }
      await launcher.stop(agent.uuid);
    }
    launcher.close();
  }
});

/** A home with an agent whose `run` is the given code; `say` writes a line to its log. */
async function withAgent(code: string) {
  const home = await temporary();
  const index = `export default { name: 'tiny', methods: {}, run({ say }) { ${code} } };`;
  const archive = await tinyArchive({ files: { 'index.js': index } });
  const agent = await new AgentInstaller({ home }).install({ archive, identity: 'tiny', force: false });
  return { home, agent };
}

function launch(home: string, more: Partial<AgentLauncherOptions> = {}) {
  const ends: [string, AgentEnd][] = [];
  const launcher = new AgentLauncher({
    home,
    program,
    clock: realClock,
    log: quiet,
    pollMs: 20,
    onExit: ({ identity }, end) => ends.push([identity, end]),
    ...more,
  });
  launchers.push(launcher);
  return { launcher, ends };
}

const LIVES = `setInterval(() => undefined, 1000);`;
const ENDS_WELL = `process.once('SIGINT', () => process.exit(0)); ${LIVES}`;

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const gone = (pid: number): Promise<void> =>
  vi.waitFor(() => {
    expect(lives(pid)).toBe(false);
  }, 10_000);

const log = (home: string): Promise<string> => text(home, 'logs', 'tiny.log').catch(() => '');
const said = (home: string, word: string): Promise<void> =>
  vi.waitFor(async () => {
    expect(await log(home)).toMatch(word);
  }, 10_000);
const untilEnded = (ends: readonly unknown[], n = 1): Promise<void> =>
  vi.waitFor(() => {
    expect(ends).toHaveLength(n);
  }, 10_000);

describe('starting an agent', () => {
  it('runs it in its own folder with the variables of the original, and keeps what it prints', async () => {
    const { home, agent } = await withAgent(
      `say(JSON.stringify([process.cwd(), process.env])); console.error('and an error'); ${LIVES}`,
    );
    const { launcher } = launch(home, { environment: { PATH: process.env['PATH'], AGENT_SECRETKEY: 'not mine' } });
    const pid = await launcher.start(agent);
    expect(launcher.status(agent.uuid)).toEqual([pid, null]);
    await said(home, 'and an error');
    const [cwd, environment] = JSON.parse((await log(home)).split('\n')[0] ?? '') as [string, Record<string, string>];
    expect(cwd).toBe(agentPaths(agent).package);
    expect(environment).toEqual({
      PATH: process.env['PATH'],
      VOLTTRON_HOME: home,
      AGENT_UUID: agent.uuid,
      AGENT_VIP_IDENTITY: 'tiny',
      AGENT_CONFIG: agentPaths(agent).config,
      _LAUNCHED_BY_PLATFORM: '1',
    });
    expect((await stat(join(home, 'logs', 'tiny.log'))).mode & 0o777).toBe(0o600);
  });

  it('refuses a second one beside it, in the words of the original', async () => {
    const { home, agent } = await withAgent(LIVES);
    const { launcher } = launch(home);
    const [one, two] = await Promise.all([launcher.start(agent), launcher.start(agent)]);
    expect(one).toBe(two);
    await expect(launcher.start(agent)).rejects.toThrow('agent is already running');
  });

  it('tells how it ended of itself, and starts it again', async () => {
    const { home, agent } = await withAgent(`say('once more'); process.exit(5);`);
    const { launcher, ends } = launch(home);
    const pid = await launcher.start(agent);
    await untilEnded(ends);
    expect(ends).toEqual([['tiny', { exitCode: 5, asked: false }]]);
    expect(launcher.status(agent.uuid)).toEqual([pid, 5]);
    await launcher.start(agent);
    await untilEnded(ends, 2);
    expect(await log(home)).toBe('once more\nonce more\n');
  });

  it('tells a signal as minus its number', async () => {
    const { home, agent } = await withAgent(LIVES);
    const { launcher, ends } = launch(home);
    process.kill(await launcher.start(agent), 'SIGKILL');
    await untilEnded(ends);
    expect(launcher.status(agent.uuid)[1]).toBe(-9);
  });

  it('knows nothing of an agent it never started', async () => {
    const { home, agent } = await withAgent('');
    const { launcher } = launch(home);
    expect(launcher.status(agent.uuid)).toEqual([null, null]);
    expect(launcher.statuses()).toEqual([]);
    expect(await launcher.stop(agent.uuid)).toBeUndefined();
  });

  it('says how to start a Python agent, and leaves it alone', async () => {
    const home = await temporary();
    const folder = join(home, 'agents', 'u');
    await writeTree(folder, { IDENTITY: 'f', 'f-1/f-1.dist-info/METADATA': '' });
    const agent = { uuid: 'u', name: 'f-1', identity: 'f', folder, kind: 'python' } as InstalledAgent;
    const error: unknown = await launch(home)
      .launcher.start(agent)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'python-agent',
      message: expect.stringMatching('is a Python agent') as string,
    });
    expect(error).toMatchObject({ remedy: expect.stringMatching('AGENT_VIP_IDENTITY=f, AGENT_PUBLICKEY') as string });
    expect(await readdir(folder)).toEqual(['IDENTITY', 'f-1']);
  });

  it('says what is wrong with a broken one', async () => {
    const { home, agent } = await withAgent('');
    const { launcher } = launch(home);
    const broken = { ...agent, kind: 'broken' as const };
    await expect(launcher.start(broken)).rejects.toThrow('holds no package.json');
    await writeFile(
      join(agentPaths(agent).package, 'package.json'),
      '{"name": "x", "version": "1", "main": "gone.js"}',
    );
    await expect(launcher.start(agent)).rejects.toThrow('gone.js does not exist');
    expect(launcher.statuses()).toEqual([]);
  });
});

describe('stopping an agent', () => {
  it('asks it with SIGINT', async () => {
    const { home, agent } = await withAgent(`say('up'); ${ENDS_WELL}`);
    const { launcher, ends } = launch(home);
    const pid = await launcher.start(agent);
    await said(home, 'up');
    expect(await launcher.stop(agent.uuid)).toEqual({ exitCode: 0, by: 'SIGINT' });
    expect(launcher.status(agent.uuid)).toEqual([pid, 0]);
    await untilEnded(ends);
    expect(ends).toEqual([['tiny', { exitCode: 0, asked: true }]]);
    expect(await launcher.stop(agent.uuid)).toBeUndefined();
  });

  it('goes on to SIGTERM and SIGKILL when it does not listen, each at its time', async () => {
    const { home, agent } = await withAgent(
      `process.on('SIGINT', () => say('int')).on('SIGTERM', () => say('term')); say('up'); ${LIVES}`,
    );
    const clock = new SteppedClock();
    const { launcher } = launch(home, { clock });
    await launcher.start(agent);
    await said(home, 'up');
    const timers = clock.pending;
    const stopped = launcher.stop(agent.uuid);
    await said(home, 'int');
    await vi.waitFor(() => {
      expect(clock.pending).toBe(timers + 1);
    });
    clock.step(59_999);
    expect(await log(home)).not.toMatch('term');
    clock.step(1);
    await said(home, 'term');
    await vi.waitFor(() => {
      expect(clock.pending).toBeGreaterThan(timers);
    });
    clock.step(30_000);
    expect(await stopped).toEqual({ exitCode: -9, by: 'SIGKILL' });
  });

  it('is awaited by a start that is still under way', async () => {
    const { home, agent } = await withAgent(LIVES);
    const { launcher } = launch(home);
    const started = launcher.start(agent);
    const stopped = launcher.stop(agent.uuid);
    await started;
    expect(await stopped).toMatchObject({ by: 'SIGINT' });
  });
});

it('forgets the ended when asked: those not installed any more, or all', async () => {
  const { home, agent } = await withAgent('process.exit(1)');
  const { launcher, ends } = launch(home);
  await launcher.start(agent);
  await untilEnded(ends);
  await launcher.clearStatus(false);
  expect(launcher.statuses()).toHaveLength(1);
  await launcher.clearStatus(true);
  expect(launcher.statuses()).toHaveLength(0);
  await launcher.start(agent);
  await untilEnded(ends, 2);
  await new AgentInstaller({ home }).remove(agent.uuid);
  await launcher.clearStatus(false);
  expect(launcher.statuses()).toHaveLength(0);
});

describe('a platform that dies', () => {
  /** Starts the agent from another process and kills that. */
  async function orphan(home: string, agent: InstalledAgent): Promise<number> {
    const script = join(import.meta.dirname, 'support', 'launch.ts');
    const args = ['--conditions=@volttron-ts/source', script, home, program, agent.uuid];
    const platform = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(platform.stdout), 'line')) as [string];
    platform.kill('SIGKILL');
    await once(platform, 'close');
    return Number(line);
  }

  /** Kills a platform when it has just made the process of an agent; answers that. */
  async function killedAtOnce(home: string, agent: InstalledAgent): Promise<number> {
    const script = join(import.meta.dirname, 'support', 'launch.ts');
    const args = ['--conditions=@volttron-ts/source', script, home, program, agent.uuid];
    const platform = spawn(process.execPath, args, { stdio: 'ignore' });
    const ended = once(platform, 'close');
    for (;;) {
      const child = /^\d+/.exec(readFileSync(`/proc/${platform.pid}/task/${platform.pid}/children`, 'utf8'))?.[0];
      if (child === undefined) continue;
      platform.kill('SIGKILL');
      await ended;
      return Number(child);
    }
  }

  it('leaves its agents alive, and the next one takes them back', async () => {
    const { home, agent } = await withAgent(`say('up'); setInterval(() => say('still here'), 50); ${ENDS_WELL}`);
    const pid = await orphan(home, agent);
    await said(home, 'up');
    const { launcher, ends } = launch(home);
    expect(await launcher.takeBack([agent])).toEqual([agent]);
    expect(launcher.status(agent.uuid)).toEqual([pid, null]);
    await expect(launcher.start(agent)).rejects.toThrow('agent is already running');
    await truncate(join(home, 'logs', 'tiny.log'));
    await said(home, 'still here');
    expect(await launcher.stop(agent.uuid)).toEqual({ exitCode: 0, by: 'SIGINT' });
    await untilEnded(ends);
    expect(ends).toEqual([['tiny', { exitCode: 0, asked: true }]]);
  });

  it.each([
    ['with the code it ends with', 'SIGUSR1', 7],
    ['when it is killed', 'SIGKILL', -9],
  ] as const)('and the next one notices the end of such an agent %s', async (_, signal, exitCode) => {
    const { home, agent } = await withAgent(`process.on('SIGUSR1', () => process.exit(7)); say('up'); ${LIVES}`);
    const pid = await orphan(home, agent);
    await said(home, 'up');
    const { launcher, ends } = launch(home);
    await launcher.takeBack([agent]);
    process.kill(pid, signal);
    await untilEnded(ends);
    expect(ends).toEqual([['tiny', { exitCode, asked: false }]]);
    expect(launcher.status(agent.uuid)).toEqual([pid, exitCode]);
    await launcher.start(agent);
  });

  it('leaves none that it has not recorded', async () => {
    const { home, agent } = await withAgent(`say('up'); ${ENDS_WELL}`);
    for (let round = 0; round < 5; round++) {
      const child = await killedAtOnce(home, agent);
      const { launcher } = launch(home);
      const [known] = await launcher.takeBack([agent]);
      if (known === undefined) await gone(child);
      else expect(launcher.status(agent.uuid)).toEqual([child, null]);
      await launcher.stop(agent.uuid);
    }
  }, 60_000);

  it('has the process of an agent wait until it is recorded, and end when nobody can any more', async () => {
    const { home, agent } = await withAgent(`say('up'); ${LIVES}`);
    const args = [`--import=${preload}`, program, join(agentPaths(agent).package, 'index.js')];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, AGENT_EXIT_FILE: join(home, 'EXIT_CODE') },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => (output += data.toString()));
    (child.stdio[3] as Writable).end();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(output).toBe('');
  });

  it('does not make the next one take another process with the same pid for the agent', async () => {
    const { home, agent } = await withAgent('');
    const record = { pid: process.pid, began: '1', boot: 'x' };
    await writeFile(join(agent.folder, 'PROCESS'), JSON.stringify(record));
    const { launcher } = launch(home);
    expect(await launcher.takeBack([agent])).toEqual([]);
    expect(await readdir(agent.folder)).not.toContain('PROCESS');
  });

  it.each(['', '{', '5', '{"pid": -1, "began": "1", "boot": "x"}'])('nor a record that is %j', async (record) => {
    const { home, agent } = await withAgent('');
    await writeFile(join(agent.folder, 'PROCESS'), record);
    expect(await launch(home).launcher.takeBack([agent])).toEqual([]);
  });
});

describe('the log of an agent', () => {
  it('is copied and emptied when it has grown, while the agent goes on writing', async () => {
    const { home, agent } = await withAgent(`let n = 0; setInterval(() => say('line ' + n++), 5); ${LIVES}`);
    const { launcher } = launch(home, { logLimits: { maxBytes: 400, keep: 2 }, rotateMs: 20 });
    await launcher.start(agent);
    await vi.waitFor(async () => {
      expect((await readdir(join(home, 'logs'))).toSorted()).toEqual(['tiny.log', 'tiny.log.1', 'tiny.log.2']);
    }, 10_000);
    await launcher.stop(agent.uuid);
    launcher.close();
    const files = ['tiny.log.2', 'tiny.log.1', 'tiny.log'].map((name) => readFile(join(home, 'logs', name), 'utf8'));
    const lines = (await Promise.all(files)).join('').trim().split('\n');
    expect(lines.every((line) => /^line \d+$/.test(line))).toBe(true);
    const numbers = lines.map((line) => Number(line.slice(5)));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('is small again before an agent starts that crashed over and over', async () => {
    const { home, agent } = await withAgent(`say('new')`);
    await mkdir(join(home, 'logs'));
    await writeFile(join(home, 'logs', 'tiny.log'), 'x'.repeat(1000));
    const { launcher, ends } = launch(home, { logLimits: { maxBytes: 400, keep: 1 } });
    await launcher.start(agent);
    await untilEnded(ends);
    expect(await log(home)).toBe('new\n');
    expect(await text(home, 'logs', 'tiny.log.1')).toHaveLength(1000);
  });
});
