import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { decodeText, encodeText } from '@volttron-ts/vip-core';
import { texts } from '@volttron-ts/vip-core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Network } from './network.ts';
import { bodyWith } from './rig.ts';
import type { Agent, Rig } from './rig.ts';

const deliveries = ({ received }: Agent): string[] =>
  received.filter(({ args }) => decodeText(args[0] ?? new Uint8Array()) === 'publish').map(({ id }) => id);

/** Settles with the first reason of that code. */
async function reason(agent: Agent, code: string): Promise<Agent['reasons'][number]> {
  for (;;) {
    const found = agent.reasons.find((one) => one.code === code);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function network(
  rig: Rig,
): Promise<{ readonly way: Network; readonly brokers: { host: string; port: number }[] }> {
  const way = await Network.to(rig.broker.port);
  onTestFinished(() => way[Symbol.asyncDispose]());
  return { way, brokers: [{ host: '127.0.0.1', port: way.port }] };
}

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const way = await Network.to(1);
  const { port } = way;
  await way[Symbol.asyncDispose]();
  return port;
}

/** What ends connections, keeps them from coming about, or holds them back. */
export function describeFailures(rig: () => Rig): void {
  describe('a connection to RabbitMQ', () => {
    it('comes back with everything that stood', async () => {
      await rig().router();
      const { way, brokers } = await network(rig());
      const one = await rig().connected('one', { brokers });
      const two = await rig().connected('two');
      await one.subscribe('devices');
      way.cut();
      await one.state('lost');
      await one.state('connected', 2);
      const id = await two.publish('devices/a', bodyWith(1));
      await one.message((message) => message.id === id);
      await two.send('one', 'test', ['x'], 't.1');
      await one.message((message) => message.id === 't.1');
    });

    it('publishes again what was not confirmed, once, under its id', async () => {
      await rig().router();
      const { way, brokers } = await network(rig());
      const one = await rig().connected('one', { brokers });
      const two = await rig().connected('two');
      await two.subscribe('devices');
      way.deafen();
      const ids = ['p.abcdefgh.1', 'p.abcdefgh.2', 'p.abcdefgh.3'];
      for (const id of ids) await one.publish('devices/a', bodyWith(1), id);
      for (const id of ids) await two.message((message) => message.id === id);
      expect(one.received.filter(({ id }) => ids.includes(id))).toEqual([]);
      way.cut();
      await one.state('connected', 2);
      for (const id of ids) await one.message((message) => message.id === id);
      const last = await one.publish('devices/last', bodyWith(1), 'p.abcdefgh.4');
      await two.message((message) => message.id === last);
      expect(deliveries(two)).toEqual([...ids, ...ids, last]);
    });

    it('publishes once what is sent again while it is on its way', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const two = await rig().connected('two');
      await two.subscribe('devices');
      for (const id of ['p.abcdefgh.1', 'p.abcdefgh.1', 'p.abcdefgh.2'])
        await one.publish('devices/a', bodyWith(1), id);
      await two.message(({ id }) => id === 'p.abcdefgh.2');
      expect(deliveries(two)).toEqual(['p.abcdefgh.1', 'p.abcdefgh.2']);
    });

    it('is full when too much is unconfirmed, and has room again', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const two = await rig().connected('two');
      const message = { peer: 'two', id: 't', subsystem: 'test', args: [new Uint8Array(64 * 1024).fill(0x61)] };
      let sent = 0;
      while (one.bus.send(message) === 'sent') sent += 1;
      expect(sent).toBeGreaterThan(10);
      expect(sent).toBeLessThanOrEqual(65);
      await one.bus.drained();
      expect(one.bus.send(message)).toBe('sent');
      await two.count(({ subsystem }) => subsystem === 'test', sent + 1);
    });

    it('is full while the broker takes nothing, and goes on after', async () => {
      await rig().router();
      const one = await rig().connected('one');
      await rig().broker.control('set_vm_memory_high_watermark', '0.00001');
      try {
        // The broker tells of its need when something is published.
        const pubsub = ['publish', 'devices/a', bodyWith(1)].map(encodeText);
        while (one.bus.send({ peer: '', id: '', subsystem: 'pubsub', args: pubsub }) === 'sent') {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        expect(one.logged.join()).toContain('takes nothing');
      } finally {
        await rig().broker.control('set_vm_memory_high_watermark', '0.4');
      }
      await one.bus.drained();
      expect(texts(await one.ask('', 'ping', 'ping'))).toEqual(['pong']);
    });

    it('waits for the platform where the broker is there and its router is not, and says so', async () => {
      const one = await rig().agent('one');
      expect((await reason(one, 'unreachable')).message).toContain('The platform "central" is not connected');
      expect(one.bus.state).toBe('connecting');
      const router = await rig().router();
      await one.state('connected');
      await router[Symbol.asyncDispose]();
      const id = await one.send('', 'ping', ['ping']);
      await one.state('lost');
      expect(texts(await one.message((message) => message.id === id))).toEqual(['113', 'No route to host', '', 'ping']);
      await rig().router();
      await one.state('connected', 2);
    });

    it('is refused while another has its identity, and stands as soon as that one is gone', async () => {
      await rig().router();
      const first = await rig().connected('one');
      const second = await rig().agent('one');
      await second.state('refused');
      expect(await reason(second, 'identity-in-use')).toMatchObject({
        name: 'IdentityInUseError',
        value: 'central.one',
      });
      await first.bus.close();
      await second.state('connected');
    });

    it('is refused for a user that the broker does not know, with whom to ask', async () => {
      const stranger = await rig().agent('stranger');
      await stranger.state('refused');
      expect(await reason(stranger, 'broker-refused')).toMatchObject({
        value: 'central.stranger',
        remedy: expect.stringContaining('approve') as string,
      });
    });

    it('takes the next address where the first does not answer', async () => {
      await rig().router();
      const brokers = [
        { host: '127.0.0.1', port: await closedPort() },
        { host: '127.0.0.1', port: rig().broker.port },
      ];
      const one = await rig().connected('one', { brokers });
      expect(one.reasons[0]?.code).toBe('unreachable');
    });

    it('does not trust a broker of another root, and names the certificate', async () => {
      const { ca } = await rig().foreignTls('central.one');
      const one = await rig().agent('one', { tls: { ...(await rig().tls('central.one')), ca } });
      const error = await reason(one, 'broker-certificate');
      expect(error.message).toMatch(
        /The certificate "localhost" of the broker at amqps:\/\/127\.0\.0\.1:\d+ is not from/,
      );
      expect(error.remedy).toContain('root');
    });

    it('does not trust a broker whose certificate has expired', async () => {
      const old = await rig().broker.tls('old.example', 'server', 'expired');
      const server = createServer({ cert: old.cert, key: old.key });
      server.on('tlsClientError', () => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => {
        server.close();
      });
      const brokers = [{ host: '127.0.0.1', port: (server.address() as AddressInfo).port }];
      const one = await rig().agent('one', { brokers });
      expect((await reason(one, 'broker-certificate')).line).toMatch(/"old\.example".*has expired.*renew/);
    });

    it('says when the broker does not take our certificate', async () => {
      const { cert, key } = await rig().foreignTls('central.one');
      const one = await rig().agent('one', { tls: { ...(await rig().tls('central.one')), cert, key } });
      expect(await reason(one, 'client-certificate')).toMatchObject({ value: 'central.one' });
      expect(one.bus.state).toBe('refused');
    });

    it('is not made with the certificate of another user', async () => {
      const tls = await rig().tls('central.two');
      await expect(rig().connection('one', { tls })).rejects.toThrow(/for "central.two", but "central.one"/);
    });

    it('loses no confirmed publication when the broker is killed, and comes back', async () => {
      await rig().router();
      const two = await rig().connected('two');
      await two.subscribe('devices', { persistent_queue: 'kept' });
      await two.bus.close();
      const one = await rig().connected('one');
      const ids = Array.from({ length: 300 }, (_, n) => `p.killkill.${n + 1}`);
      const confirmed = new Set<string>();
      for (const id of ids.slice(0, 200)) await one.publish('devices/a', bodyWith(id), id);
      await one.count((message) => texts(message)[0] === 'request_response', 100);
      await rig().broker.kill();
      for (const { id, args } of one.received) if (decodeText(args[1]!) === '1') confirmed.add(id);
      await one.state('lost');
      await rig().broker.up();
      await rig().router();
      await one.state('connected', 2);
      for (const id of ids.slice(200)) await one.publish('devices/a', bodyWith(id), id);
      for (const id of ids) await one.message((message) => message.id === id);
      const again = await rig().connected('two');
      await again.subscribe('devices', { persistent_queue: 'kept' });
      for (const id of ids) await again.message((message) => message.id === id);
      expect(confirmed.size).toBeGreaterThanOrEqual(100);
      expect(new Set(deliveries(again)).size).toBe(300);
    }, 180_000);
  });
}
