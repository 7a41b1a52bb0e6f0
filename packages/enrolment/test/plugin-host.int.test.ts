import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { JsonObject, OrderMeta } from '@volttron-ts/pki';
import type { Logger } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { PluginCall, PluginOutcome } from '../src/certificates/plugin-runner.ts';
import { startPluginHost } from '../src/plugin-host/plugin-host.ts';
import type { PluginHost } from '../src/plugin-host/plugin-host.ts';
import { scratchFolder } from './scratch.ts';

const UNRULY = join(import.meta.dirname, 'plugins', 'unruly.mjs');
const DEADLINE = 30_000;
const GRACE = 2000;

class Rig {
  readonly clock = new SteppedClock();
  readonly lines: string[] = [];
  readonly saved: JsonObject[] = [];
  host!: PluginHost;

  static async start({
    config = {},
    plugins = ['unruly'],
  }: { config?: JsonObject; plugins?: string[] } = {}): Promise<Rig> {
    const rig = new Rig();
    const home = await scratchFolder();
    await mkdir(join(home, 'node_modules', 'unruly'), { recursive: true });
    await cp(UNRULY, join(home, 'node_modules', 'unruly', 'index.mjs'));
    await writeFile(join(home, 'node_modules', 'unruly', 'package.json'), '{"name":"unruly","main":"index.mjs"}');
    await mkdir(join(home, 'certificate-plugins'));
    await writeFile(join(home, 'certificate-plugins', 'unruly.json'), JSON.stringify(config));
    const keep = (line: string): void => void rig.lines.push(line);
    const log: Logger = { debug: keep, info: keep, warn: keep, error: keep };
    rig.host = await startPluginHost({ home, instanceName: 'central', plugins, clock: rig.clock, log });
    onTestFinished(() => rig.host.close());
    return rig;
  }

  call(does: string, more: JsonObject = {}, exclusive = false): Promise<PluginOutcome> {
    const call: PluginCall = {
      plugin: 'unruly',
      method: 'issueCertificateRequest',
      order: {
        orderId: '7b0dd0f0-0000-4000-8000-000000000000',
        openedAt: 0,
        orderMeta: { csr: '', profile: 'client', does, ...more },
        pluginMeta: {},
      },
      exclusive,
      save: (pluginMeta) => Promise.resolve(void this.saved.push(pluginMeta)),
    };
    return this.host.call(call);
  }

  /** Lets the restart come whose pause has begun. */
  async restarted(): Promise<void> {
    await expect.poll(() => this.lines.filter((line) => line.includes('is started again')).length).toBeGreaterThan(0);
    this.clock.step(30_000);
  }
}

const good = { kind: 'result', pluginMeta: { calls: 1 } };

describe('the process of the certificate plugins', () => {
  it('runs a plugin that the instance has installed, and keeps what it puts down', async () => {
    const rig = await Rig.start();
    expect(rig.host.names).toEqual(['unruly']);
    expect(await rig.call('issue', { saves: true })).toMatchObject({ ...good, result: { certificate: 'PEM' } });
    expect(rig.saved).toEqual([{ calls: 1 }]);
    expect(await rig.host.supports('unruly', { does: 'issue' } as unknown as OrderMeta)).toBe(true);
    expect(await rig.host.supports('unruly', { does: 'nothing' } as unknown as OrderMeta)).toBe(false);
    await expect(rig.host.supports('unruly', { does: 'throw' } as unknown as OrderMeta)).rejects.toMatchObject({
      code: 'plugin-failed',
    });
  });

  it('asks once more whether an order is supported when another one ended the process meanwhile', async () => {
    const rig = await Rig.start();
    const ended = rig.call('exit');
    const supported = rig.host.supports('unruly', { does: 'issue' } as unknown as OrderMeta);
    await rig.restarted();
    expect(await ended).toMatchObject({ kind: 'interrupted' });
    expect(await supported).toBe(true);
  });

  it('passes on what a plugin throws, and what it had put down until then', async () => {
    const rig = await Rig.start();
    expect(await rig.call('throw')).toEqual({
      kind: 'thrown',
      message: 'the CA is on fire',
      pluginMeta: { calls: 1 },
    });
  });

  it('tells an answer that is none as it is, and refuses one that is too large', async () => {
    const rig = await Rig.start();
    expect(await rig.call('strange')).toMatchObject({ kind: 'result', result: 7 });
    expect(await rig.call('huge')).toMatchObject({
      kind: 'thrown',
      message: expect.stringContaining('more than') as string,
    });
  });

  it.each(['exit', 'leak'])(
    'goes on without the calls that a plugin ends with its process: %s',
    async (does) => {
      const rig = await Rig.start();
      const neighbour = rig.call('never');
      expect((await rig.call(does)).kind).toBe('interrupted');
      expect((await neighbour).kind).toBe('interrupted');
      const next = rig.call('issue');
      await rig.restarted();
      expect(await next).toMatchObject(good);
    },
    60_000,
  );

  it('ends a plugin that loops, with its process, and goes on', async () => {
    const rig = await Rig.start();
    expect(await rig.call('issue')).toMatchObject(good);
    const looping = rig.call('loop');
    const behind = rig.call('issue');
    await new Promise((resolve) => setImmediate(resolve));
    rig.clock.step(DEADLINE);
    rig.clock.step(GRACE);
    expect((await looping).kind).toBe('interrupted');
    expect((await behind).kind).toBe('interrupted');
    const next = rig.call('issue');
    await rig.restarted();
    expect(await next).toMatchObject(good);
  });

  it('gives up a call that never settles, and no other', async () => {
    const rig = await Rig.start();
    const never = rig.call('never');
    await new Promise((resolve) => setImmediate(resolve));
    rig.clock.step(DEADLINE);
    expect(await never).toMatchObject({ kind: 'interrupted', message: 'it took too long' });
    expect(await rig.call('issue')).toMatchObject(good);
    expect(rig.lines).toEqual([]);
  });

  it('lets an exclusive call be alone', async () => {
    const rig = await Rig.start();
    const first = rig.call('never');
    const alone = rig.call('exit', {}, true);
    const last = rig.call('issue');
    await new Promise((resolve) => setImmediate(resolve));
    rig.clock.step(DEADLINE);
    expect(await first).toMatchObject({ kind: 'interrupted', message: 'it took too long' });
    expect(await alone).toMatchObject({
      kind: 'interrupted',
      message: expect.stringContaining('exit code 3') as string,
    });
    await rig.restarted();
    expect(await last).toMatchObject(good);
  });

  it('keeps a bounded part of what plugins print', async () => {
    const rig = await Rig.start();
    expect((await rig.call('print')).kind).toBe('result');
    await expect.poll(() => rig.lines.filter((line) => line.includes('print too much')).length).toBe(1);
    expect(Math.max(...rig.lines.map((line) => line.length))).toBeLessThan(1100);
    expect(rig.lines.length).toBeLessThan(300);
  });

  it('refuses to save for a call that has settled', async () => {
    const rig = await Rig.start();
    expect((await rig.call('later')).kind).toBe('result');
    await expect.poll(() => rig.lines.some((line) => line.includes('nothing is saved any more'))).toBe(true);
    expect(rig.saved).toEqual([]);
  });

  it('gives plugins nothing of the environment that may hold secrets', async () => {
    process.env['VOLTTRON_TEST_SECRET'] = 'x';
    onTestFinished(() => {
      delete process.env['VOLTTRON_TEST_SECRET'];
    });
    const rig = await Rig.start();
    const outcome = await rig.call('environment');
    expect(JSON.stringify(outcome)).toContain('PATH');
    expect(JSON.stringify(outcome)).not.toContain('SECRET');
  });

  it('uses the plugins that can be loaded, and says why the others cannot', async () => {
    const rig = await Rig.start({ config: { broken: true }, plugins: ['unruly', 'no-such-package', 'instance-ca'] });
    expect(rig.host.names).toEqual([]);
    expect(rig.host.plugins).toMatchObject([
      { name: 'unruly', problem: 'the configuration says so' },
      { name: 'no-such-package', problem: expect.stringContaining('there is no such package') as string },
      { name: 'instance-ca', problem: expect.stringContaining('central-root-ca.crt') as string },
    ]);
    expect(rig.lines.filter((line) => line.includes('is not used'))).toHaveLength(3);
  });
});
