import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKeyPair, KnownHosts } from '@volttron-ts/auth';
import { afterEach, describe, expect, it } from 'vitest';
import type { FromHost, ToHost } from '../src/shared/host-messages.ts';

const bin = fileURLToPath(new URL('../bin/volttron-agent.js', import.meta.url));
const agentRoom = import.meta.resolve('@volttron-ts/agent');

/** A process for shared agents, as a platform starts it; its agents wait for a platform that is not there. */
class Host {
  readonly child: ChildProcess;
  readonly heard: FromHost[] = [];
  #wake = Promise.withResolvers<undefined>();

  constructor(home: string) {
    this.child = fork(bin, ['--shared'], {
      execArgv: ['--conditions=@volttron-ts/source'],
      env: { ...process.env, VOLTTRON_HOME: home },
      silent: true,
    });
    this.child.on('message', (message) => {
      this.heard.push(message as FromHost);
      this.#wake.resolve(undefined);
      this.#wake = Promise.withResolvers();
    });
  }

  tell(message: ToHost): void {
    this.child.send(message);
  }

  async hears(wanted: (message: FromHost) => boolean): Promise<FromHost> {
    for (;;) {
      const found = this.heard.find(wanted);
      if (found !== undefined) return found;
      await this.#wake.promise;
    }
  }

  ended(): Promise<number | null> {
    return new Promise((resolve) => this.child.once('exit', resolve));
  }
}

const made: string[] = [];
const hosts: Host[] = [];
afterEach(async () => {
  for (const { child } of hosts.splice(0)) child.kill('SIGKILL');
  for (const home of made.splice(0)) await rm(home, { recursive: true, force: true });
});

/** A host, and a module for an agent whose run-time is `body`. */
async function start(): Promise<{ readonly host: Host; module: (name: string, atLoad: string) => Promise<string> }> {
  const home = await mkdtemp(join(tmpdir(), 'volttron-shared-'));
  made.push(home);
  await new KnownHosts(home).add(`ipc://@${home}/run/vip.socket`, generateKeyPair().publicKey);
  const host = new Host(home);
  hosts.push(host);
  const module = async (name: string, atLoad: string): Promise<string> => {
    const path = join(home, `${name}.mjs`);
    const source = `import { defineAgent, t } from ${JSON.stringify(agentRoom)};
      console.log('loaded', process.env.AGENT_VIP_IDENTITY);
      ${atLoad}
      export default defineAgent({ name: 'shared', config: t.Object({}) });`;
    await writeFile(path, source);
    return path;
  };
  return { host, module };
}

const environment = (identity: string): Record<string, string> => ({ AGENT_VIP_IDENTITY: identity });
const loaded = (uuid: string) => (message: FromHost) =>
  message.kind === 'output' && message.uuid === uuid && message.text.startsWith('loaded');
const exited = (uuid: string) => (message: FromHost) => message.kind === 'exited' && message.uuid === uuid;

describe('a process that agents share', { timeout: 60_000 }, () => {
  it('runs each with its own environment and output, and ends one alone', async () => {
    const { host, module } = await start();
    const path = await module('plain', '');
    host.tell({ kind: 'start', uuid: 'u1', module: path, environment: environment('one') });
    host.tell({ kind: 'start', uuid: 'u2', module: path, environment: environment('two') });
    expect(await host.hears(loaded('u1'))).toMatchObject({ text: 'loaded one' });
    expect(await host.hears(loaded('u2'))).toMatchObject({ text: 'loaded two' });
    host.tell({ kind: 'stop', uuid: 'u1' });
    expect(await host.hears(exited('u1'))).toMatchObject({ code: 0 });
    expect(host.heard.filter(exited('u2'))).toEqual([]);
    host.tell({ kind: 'kill', uuid: 'u2' });
    await host.hears(exited('u2'));
    expect(host.child.exitCode).toBeNull();
  });

  it('tells the crash of one as its exit, with the reason, and keeps the others', async () => {
    const { host, module } = await start();
    host.tell({ kind: 'start', uuid: 'good', module: await module('plain', ''), environment: environment('good') });
    await host.hears(loaded('good'));
    const crash = await module('crash', `setTimeout(() => { throw new Error('bad luck'); }, 0);`);
    host.tell({ kind: 'start', uuid: 'bad', module: crash, environment: environment('bad') });
    expect(await host.hears(exited('bad'))).toMatchObject({ code: 1 });
    const output = host.heard.filter((message) => message.kind === 'output' && message.uuid === 'bad');
    expect(JSON.stringify(output)).toContain('bad luck');
    const missing = {
      kind: 'start',
      uuid: 'none',
      module: '/nowhere/agent.js',
      environment: environment('none'),
    } as const;
    host.tell(missing);
    expect(await host.hears(exited('none'))).toMatchObject({ code: 2 });
    expect(host.heard.filter(exited('good'))).toEqual([]);
    // Which is started again under its UUID.
    host.tell({ kind: 'stop', uuid: 'good' });
    expect(await host.hears(exited('good'))).toMatchObject({ code: 0 });
  });

  it('ends its agents and itself when the platform is gone', async () => {
    const { host, module } = await start();
    host.tell({ kind: 'start', uuid: 'u', module: await module('plain', ''), environment: environment('u') });
    await host.hears(loaded('u'));
    const ended = host.ended();
    host.child.disconnect();
    expect(await ended).toBe(0);
  });

  it('ends its agents and itself at a signal, and tells of each', async () => {
    const { host, module } = await start();
    host.tell({ kind: 'start', uuid: 'u', module: await module('plain', ''), environment: environment('u') });
    await host.hears(loaded('u'));
    const ended = host.ended();
    host.child.kill('SIGINT');
    expect(await host.hears(exited('u'))).toMatchObject({ code: 0 });
    expect(await ended).toBe(0);
  });
});
