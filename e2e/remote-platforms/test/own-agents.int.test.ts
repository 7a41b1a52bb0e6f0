import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLocalPlatform, systemClock } from '@volttron-ts/connect';
import { BusPeer, texts } from '@volttron-ts/vip-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { Site } from './support/site.ts';

const listener = fileURLToPath(new URL('../../../agents/listener', import.meta.url));

it('agents that a platform on RabbitMQ starts are on RabbitMQ, by certificates that it makes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'own-agents-'));
  const site = new Site(folder, 'campus', 'rmq');
  onTestFinished(async () => {
    await site.stop();
    await rm(folder, { recursive: true, force: true });
  });
  await site.prepare();
  await site.start();
  await site.run('vctl', 'install', listener, '--vip-identity', 'hear', '--start');
  const { home } = site.instance;
  const { bus } = await openLocalPlatform({
    home,
    identity: 'control.connection',
    environment: {},
    clock: systemClock,
  });
  const peer = new BusPeer(bus);
  onTestFinished(() => peer.bus.close());
  await peer.hello();
  const [, buses = ''] = texts(await peer.ask('', 'peerlist', 'list_with_messagebus'));
  expect(JSON.parse(buses)).toMatchObject({ hear: 'rmq', control: 'zmq', 'control.connection': 'zmq' });
  // The status comes by calls of a service, which is on no broker.
  expect(await site.run('vctl', 'status')).toMatch(/ hear .*running .*GOOD/);
  await site.run('vctl', 'stop', '--name', 'listener*');
  await peer.message((message) => texts(message).slice(0, 2).join() === 'drop,hear');
  await site.run('vctl', 'start', '--name', 'listener*');
  expect(await site.run('vctl', 'status')).toMatch(/ hear .*running .*GOOD/);
  const certificate = join(home, 'certificates/certs/campus.hear.crt');
  await access(certificate);
  await site.run('vctl', 'remove', '--name', 'listener*', '--force');
  await expect(access(certificate)).rejects.toThrow('ENOENT');
});
