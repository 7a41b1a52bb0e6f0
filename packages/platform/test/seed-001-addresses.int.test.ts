import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
import { AuthFile, generateKeyPair, KnownHosts } from '@volttron-ts/auth';
import { openLocalPlatform, systemClock } from '@volttron-ts/connect';
import type { Logger } from '@volttron-ts/vip-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { keepingLog } from './service-bus.ts';
import { silent, TestPlatform } from './support/test-platform.ts';

const field = generateKeyPair();
const fieldServer = generateKeyPair();
const kept = keepingLog();
/** Each line of the log whole, with its fields. */
const logged: string[] = [];
const keep =
  (level: keyof Logger) =>
  (message: string, fields?: Record<string, unknown>): void => {
    kept.log[level](message);
    logged.push(JSON.stringify([message, fields]));
  };
const log: Logger = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };

let home: string;
let platform: TestPlatform;

/** The bound address that was configured at this place, `ipc` first. */
const bound = (index: number): string => platform.status.addresses[index]!;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'seed-001-'));
  const auth = await AuthFile.open(join(home, 'auth.json'));
  await auth.add({ credentials: field.publicKey, user_id: 'field', domain: 'field' });
  const config = [
    ...['vip-address = tcp://127.0.0.1:0', 'vip-address = tcp://127.0.0.1:0?domain=field'],
    `vip-address = tcp://127.0.0.1:0?secretkey=${fieldServer.secret.reveal()}`,
    'vip-address = tcp://*:0?ipv6=1',
  ];
  platform = await TestPlatform.start({ home, config: config.join('\n'), log });
});

afterAll(async () => {
  await platform.stop();
  await rm(home, { recursive: true, force: true });
});

/** An agent on a host of its own that is told where to connect by `VOLTTRON_VIP_ADDR` alone. */
async function agentAt(address: string): Promise<RunningAgent> {
  const own = await mkdtemp(join(tmpdir(), 'seed-001-agent-'));
  onTestFinished(() => rm(own, { recursive: true, force: true }));
  const environment = { VOLTTRON_VIP_ADDR: address };
  const { bus } = await openLocalPlatform({ home: own, identity: 'a', environment, clock: systemClock });
  const definition = defineAgent({ name: 'a', config: t.Object({}) });
  const agent = startAgent(definition, { bus, clock: systemClock, log: silent });
  onTestFinished(() => agent.stop());
  return agent;
}

const client = (more: string): string =>
  `?serverkey=${platform.status.serverKey}&secretkey=${field.secret.reveal()}&publickey=${field.publicKey}${more}`;

describe('the parameters of VIP addresses (seed 001)', () => {
  it('bind several addresses, each with its own', () => {
    expect(platform.status.addresses.map((address) => address.replace(/:\d+$/, ':PORT'))).toEqual([
      expect.stringMatching(/^ipc:/),
      ...['tcp://127.0.0.1:PORT', 'tcp://127.0.0.1:PORT', 'tcp://127.0.0.1:PORT', 'tcp://[::]:PORT'],
    ]);
  });

  it('are none by default: the platform listens on its local socket alone', async () => {
    await using local = await TestPlatform.start({ config: '' });
    expect(local.status.addresses).toEqual([`ipc://@${local.home}/run/vip.socket`]);
  });

  it('connect with serverkey, secretkey and publickey, where the domain of the entry is that of the address', async () => {
    const agent = await agentAt(`${bound(2)}${client('')}`);
    await agent.vip.hello('');
    const refused = await agentAt(`${bound(1)}${client('')}`);
    await expect(refused.vip.hello('', { timeoutMs: 500 })).rejects.toThrow();
    const what = `address='127.0.0.1', mechanism='CURVE', credentials=['${field.publicKey}']`;
    expect(kept.lines).toContain(`authentication success: domain='field', ${what}, user_id='field'`);
    expect(kept.lines).toContain(`authentication failure: domain='vip', ${what}`);
  });

  it('give one address another server key', async () => {
    const other = generateKeyPair();
    await (await AuthFile.open(join(home, 'auth.json'))).add({ credentials: other.publicKey, user_id: 'other' });
    const agent = await agentAt(
      `${bound(3)}?serverkey=${fieldServer.publicKey}&secretkey=${other.secret.reveal()}&publickey=${other.publicKey}`,
    );
    await agent.vip.hello('');
  });

  it('are never logged, nor told, with their secrets', async () => {
    const agent = await agentAt(`${bound(2)}${client('')}`);
    await agent.vip.hello('');
    expect(logged.join('\n')).toContain(field.publicKey);
    for (const { secret } of [field, fieldServer]) {
      expect(logged.join('\n')).not.toContain(secret.reveal());
      expect(JSON.stringify(platform.status)).not.toContain(secret.reveal());
    }
  });

  it('open all interfaces to IPv6 and IPv4 alike', async () => {
    const other = generateKeyPair();
    await (await AuthFile.open(join(home, 'auth.json'))).add({ credentials: other.publicKey, user_id: 'six' });
    const port = /\d+$/.exec(bound(4))?.[0] ?? '';
    const keys = `serverkey=${platform.status.serverKey}&secretkey=${other.secret.reveal()}`;
    for (const [host, address] of [
      ['[::1]', '::1'],
      ['127.0.0.1', '127.0.0.1'],
    ]) {
      const agent = await agentAt(`tcp://${host}:${port}?${keys}&ipv6=1`);
      await agent.vip.hello('');
      expect(kept.lines.join('\n')).toContain(`authentication success: domain='vip', address='${address}'`);
      await agent.stop();
    }
  });

  it('are not needed where known_hosts and a key store are: the platform enters its own addresses', async () => {
    const hosts = await new KnownHosts(home).list();
    for (const address of platform.status.addresses.filter((one) => one.startsWith('tcp:'))) {
      const key = address === bound(3) ? fieldServer.publicKey : platform.status.serverKey;
      expect(hosts.get(address.slice('tcp://'.length))).toBe(key);
    }
    expect(hosts.get('@') ?? hosts.get(bound(0).slice('ipc://'.length))).toBe(platform.status.serverKey);
  });
});
