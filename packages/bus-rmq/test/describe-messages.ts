import { encodeText } from '@volttron-ts/vip-core';
import { texts } from '@volttron-ts/vip-core/testing';
import { describe, expect, it } from 'vitest';
import { bodyOf } from './bare-peer.ts';
import { rpc } from './rig.ts';
import type { Rig } from './rig.ts';

/** Messages between peers. */
export function describeMessages(rig: () => Rig): void {
  describe('messages of an agent on RabbitMQ', () => {
    it('go to a peer of the own instance and say who sent them, as the broker checked', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const two = await rig().connected('two');
      await one.send('two', 'RPC', ['{"a":1.0}'], 'r.1');
      const got = await two.message(({ id }) => id === 'r.1');
      expect(got).toMatchObject({ peer: 'one', user: 'one', subsystem: 'RPC' });
      expect(texts(got)).toEqual(['{"a":1.0}']);
    });

    it('carry the AMQP properties of VOLTTRON, and the user id that the broker checks', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const two = await rig().bare('central.two');
      await one.send('two', 'RPC', ['{}'], 'r.2');
      const { fields, properties, content } = await two.message(() => true);
      expect(fields).toMatchObject({ exchange: 'volttron', routingKey: 'central.two' });
      expect(properties).toMatchObject({
        ...{ appId: 'central.one', type: 'RPC', messageId: 'r.2', contentType: 'application/json' },
        ...{ userId: 'central.one', headers: { recipient: 'central.two', proto: 'VIP', user: 'central.one' } },
      });
      expect(content.toString()).toBe('["{}"]');
    });

    it('come from Python agents without a user, for whom nobody vouches', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const bare = await rig().bare('central.two');
      const { sender, recipient, user, id, subsystem } = rpc('central.two', 'central.one', 'x');
      bare.channel.publish('volttron', recipient, Buffer.from('["x"]'), {
        ...{ appId: sender, type: subsystem, messageId: id, headers: { recipient, proto: 'VIP', user } },
      });
      expect(await one.message((message) => message.id === id)).toMatchObject({ peer: 'two', user: '' });
    });

    it('of one user in the name of another are dropped, and the next one is taken', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const bare = await rig().bare('central.two');
      bare.send(rpc('central.listener', 'central.one', 'forged'));
      bare.send(rpc('central.two', 'central.one', 'honest'));
      expect(await one.message(({ subsystem }) => subsystem === 'RPC')).toMatchObject({ id: 'bare.honest' });
      expect(one.logged.join()).toContain('claims to be of \\"central.listener\\"');
    });

    it('of peers behind the platform carry the users that the platform names', async () => {
      const router = await rig().router();
      const one = await rig().connected('one');
      router.send(rpc('central.meter', 'central.one', 'x', 'central.owner'));
      expect(await one.message(({ subsystem }) => subsystem === 'RPC')).toMatchObject({ peer: 'meter', user: 'owner' });
    });

    it('that are no VIP are logged and acknowledged', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const bare = await rig().bare('central.two');
      for (const body of ['{', '{}', '[1']) bare.channel.publish('volttron', 'central.one', Buffer.from(body));
      bare.send(rpc('central.two', 'central.one', 'good'));
      await one.message(({ id }) => id === 'bare.good');
      expect(one.logged.filter((line) => line.includes('could not be taken'))).toHaveLength(3);
      const queues = await rig().broker.control('list_queues', '-p', 'volttron', 'name', 'messages');
      expect(queues).toMatch(/central\.one\s+0\b/);
    });

    it('are handed up one at a time, in order, while a handler takes its time', async () => {
      await rig().router();
      const bus = await rig().connection('one');
      const steps: string[] = [];
      const done = Promise.withResolvers<undefined>();
      const connected = Promise.withResolvers<undefined>();
      bus.open({
        async message({ id }) {
          steps.push(`begin ${id}`);
          await new Promise((resolve) => setImmediate(resolve));
          steps.push(`end ${id}`);
          if (id === 'bare.9') done.resolve(undefined);
        },
        state: (state) => {
          if (state === 'connected') connected.resolve(undefined);
        },
      });
      await connected.promise;
      const bare = await rig().bare('central.two');
      for (let n = 0; n < 10; n++) bare.send(rpc('central.two', 'central.one', String(n)));
      await done.promise;
      expect(steps).toEqual(Array.from({ length: 10 }, (_, n) => [`begin bare.${n}`, `end bare.${n}`]).flat());
      await bus.close();
    });

    it('leave before a connection is closed', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const two = await rig().bare('central.two');
      for (let n = 0; n < 500; n++) await one.send('two', 'test', ['x'.repeat(1000)]);
      await one.bus.close();
      await two.message(() => two.received.length === 500);
    });

    it('name the recipient of a failed one as the agent wrote it', async () => {
      const router = await rig().router();
      const one = await rig().connected('one');
      const { id, args } = { id: 'r.3', args: ['113', 'No route to host', 'central.nobody', 'RPC'].map(encodeText) };
      router.send({ sender: 'central.router', recipient: 'central.one', user: '', id, subsystem: 'error', args });
      const error = await one.message((message) => message.id === id);
      expect(error.peer).toBe('');
      expect(texts(error)).toEqual(['113', 'No route to host', 'nobody', 'RPC']);
    });

    it('are refused when AMQP cannot carry their names, and nothing else is lost', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const answer = await one.ask('x'.repeat(300), 'RPC', '{}');
      expect(texts(answer)[0]).toBe('90');
      expect(texts(await one.ask('', 'ping', 'ping'))).toEqual(['pong']);
    });

    it('to peers of other platforms leave under their names, and come as calls between platforms', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const far = await rig().bare('central.two', ['away.meter']);
      const call = { to_platform: 'away', to_peer: 'meter', from_platform: '', from_peer: '', args: ['{"id":"r.4"}'] };
      await one.send('', 'external_rpc', ['send_platform', JSON.stringify(call)], 'r.4');
      const sent = await far.message(() => true);
      expect(sent.properties).toMatchObject({ appId: 'central.one', type: 'RPC', messageId: 'r.4' });
      expect(bodyOf(sent)).toEqual(['{"id":"r.4"}']);
      far.channel.publish('volttron', 'central.one', Buffer.from('["{\\"result\\":1}"]'), {
        ...{ appId: 'away.meter', type: 'RPC', messageId: 'r.4' },
      });
      const got = await one.message(({ subsystem }) => subsystem === 'external_rpc');
      expect(got).toMatchObject({ peer: '', user: '' });
      const [operation, body] = texts(got);
      expect(operation).toBe('send_peer');
      const [from, to] = [
        { from_platform: 'away', from_peer: 'meter' },
        { to_platform: 'central', to_peer: 'one' },
      ];
      expect(JSON.parse(body!)).toEqual({ ...from, ...to, args: ['{"result":1}'] });
    });

    it('that publish in the router’s name are not taken', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const bare = await rig().bare('central.two');
      const publish = { type: 'pubsub', appId: 'central.router', messageId: 'p.1' };
      bare.channel.publish('volttron', 'central.one', Buffer.from('["publish","a","{}"]'), publish);
      bare.send(rpc('central.two', 'central.one', 'next'));
      await one.message(({ id }) => id === 'bare.next');
      expect(one.received.filter(({ subsystem }) => subsystem === 'pubsub')).toEqual([]);
    });
  });
}
