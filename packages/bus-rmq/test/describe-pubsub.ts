import type { Options } from 'amqplib';
import { decodeText, encodeText } from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import { texts } from '@volttron-ts/vip-core/testing';
import { describe, expect, it } from 'vitest';
import { encodePublication } from '../src/index.ts';
import type { BarePeer } from './bare-peer.ts';
import { bodyWith } from './rig.ts';
import type { Agent, Rig } from './rig.ts';

const isDelivery = (message: VipMessage): boolean => decodeText(message.args[0] ?? new Uint8Array()) === 'publish';
const deliveries = (agent: Agent): string[][] =>
  agent.received.filter(isDelivery).map((message) => texts(message).slice(1));

/** Publishes what an agent of that identity would, by a bare peer. */
function publishAs(peer: BarePeer, instance: string, identity: string, topic: string, userId?: string): void {
  const publication = { instance, identity, id: `${identity}.${topic}`, topic, body: encodeText(bodyWith(1)) };
  const { routingKey, properties, content } = encodePublication(publication, userId ?? '');
  const vouched = userId === undefined ? { ...properties, userId: undefined } : properties;
  peer.channel.publish('volttron', routingKey, content, vouched as Options.Publish);
}

/** Publications and subscriptions. */
export function describePubSub(rig: () => Rig): void {
  describe('pub/sub of an agent on RabbitMQ', () => {
    it('delivers once to overlapping subscriptions, with the exact topic, the sender and its user', async () => {
      await rig().router();
      const [one, two] = [await rig().connected('one'), await rig().connected('two')];
      expect(texts(await two.subscribe(['devices/', 'devices/a.b']))).toEqual(['request_response', 'true']);
      const id = await one.publish('devices/a.b/all', '{"bus":"","headers":{"h":1.0},"message":[1.0]}', 'p.abcdefgh.1');
      const answer = await one.message((message) => message.id === id);
      expect(answer.peer).toBe('');
      expect(texts(answer)).toEqual(['request_response', '1']);
      await one.publish('devices/last', bodyWith(0));
      await two.count(isDelivery, 2);
      expect(two.received.find(isDelivery)).toMatchObject({ peer: '', user: 'one', id, subsystem: 'pubsub' });
      expect(deliveries(two)).toEqual([
        ['devices/a.b/all', '{"bus":"","headers":{"h":1.0},"message":[1.0],"sender":"one"}'],
        ['devices/last', '{"bus":"","headers":{},"message":0,"sender":"one"}'],
      ]);
    });

    it('publishes with the key and properties of VOLTTRON, kept on disk by durable queues', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const bare = await rig().bare('central.two', ['__pubsub__.central.devices.#']);
      await one.publish('devices/a', bodyWith(1), 'p.abcdefgh.2');
      const { fields, properties } = await bare.message(() => true);
      expect(fields.routingKey).toBe('__pubsub__.central.devices.a.#');
      expect(properties).toMatchObject({
        ...{ appId: 'central.one', type: 'pubsub', messageId: 'p.abcdefgh.2', userId: 'central.one', deliveryMode: 2 },
        headers: { recipient: '', proto: 'VIP', user: 'one', topic: 'devices/a' },
      });
    });

    it('lists what the agent holds, and ends what it no longer wants', async () => {
      await rig().router();
      const [one, two] = [await rig().connected('one'), await rig().connected('two')];
      await two.subscribe(['devices/a', 'devices/b']);
      const list = ['pubsub', 'list', '{"prefix":"devices","bus":""}'] as const;
      const rows = [
        ['', 'devices/a', true],
        ['', 'devices/b', true],
      ];
      const listed = texts(await two.ask('', ...list));
      expect([listed[0], JSON.parse(listed[1]!)]).toEqual(['list_response', rows]);
      await two.ask('', 'pubsub', 'unsubscribe', '{"prefix":"devices/a","bus":""}');
      expect(JSON.parse(texts(await two.ask('', ...list))[1]!)).toEqual(rows.slice(1));
      for (const topic of ['devices/a', 'devices/b']) await one.publish(topic, bodyWith(1));
      await two.message(isDelivery);
      expect(deliveries(two).map(([topic]) => topic)).toEqual(['devices/b']);
    });

    it('makes the subscriptions those that a synchronize names', async () => {
      await rig().router();
      const [one, two] = [await rig().connected('one'), await rig().connected('two')];
      await two.subscribe('devices/a');
      const wanted = JSON.stringify({ subscriptions: { internal: { '': ['devices/b'] } } });
      await two.send('', 'pubsub', ['synchronize', 'connected', wanted]);
      await two.subscribe('devices/c');
      for (const topic of ['devices/a', 'devices/b', 'devices/c']) await one.publish(topic, bodyWith(1));
      await two.count(isDelivery, 2);
      expect(deliveries(two).map(([topic]) => topic)).toEqual(['devices/b', 'devices/c']);
    });

    it('hears other platforms where it asks for all, under senders that name their platforms', async () => {
      await rig().router();
      const [one, two] = [await rig().connected('one'), await rig().connected('two')];
      const bare = await rig().bare('central.listener');
      await one.subscribe('devices');
      await two.subscribe('devices', { all_platforms: true });
      publishAs(bare, 'away', 'meter', 'devices/far');
      publishAs(bare, 'central', 'listener', 'devices/near');
      await two.count(isDelivery, 2);
      await one.message(isDelivery);
      expect(deliveries(one).map(([topic]) => topic)).toEqual(['devices/near']);
      const [topic, body] = deliveries(two)[0]!;
      expect(topic).toBe('devices/far');
      expect(JSON.parse(body!)).toMatchObject({ sender: 'away.meter' });
    });

    it('drops a publication whose sender is not who published it', async () => {
      await rig().router();
      const two = await rig().connected('two');
      const bare = await rig().bare('central.listener');
      await two.subscribe('devices');
      const body = Buffer.from('{"sender":"one","bus":"","headers":{},"message":1}');
      const properties = { appId: 'central.listener', type: 'pubsub', userId: 'central.listener' };
      bare.channel.publish('volttron', '__pubsub__.central.devices.forged.#', body, properties);
      publishAs(bare, 'away', 'meter', 'devices/forged', 'central.listener');
      publishAs(bare, 'central', 'listener', 'devices/honest', 'central.listener');
      await two.message(isDelivery);
      expect(deliveries(two).map(([topic]) => topic)).toEqual(['devices/honest']);
      expect(two.logged.join()).toContain('claims to be of \\"central.one\\"');
    });

    it('is answered by an error that names the topic where the broker refuses it, and all else goes on', async () => {
      await rig().router();
      const two = await rig().connected('two');
      const least = await rig().connected('least');
      await two.subscribe('');
      const topics = ['devices/a', 'secret/b', 'devices/c'];
      for (const [n, topic] of topics.entries()) await least.publish(topic, bodyWith(n), `p.abcdefgh.${n + 1}`);
      await least.send('two', 'RPC', ['{}'], 'r.1');
      const [error] = await least.count(({ subsystem }) => subsystem === 'error', 2);
      const errors = least.received.filter(({ subsystem }) => subsystem === 'error');
      expect(error).toBeDefined();
      const refused = errors.find(({ id }) => id === 'p.abcdefgh.2')!;
      expect(texts(refused)[0]).toBe('-32001');
      expect(texts(refused)[1]).toContain('publish to topic "secret/b"');
      expect(texts(errors.find(({ id }) => id === 'r.1')!)[1]).toContain('send to topic "central.two"');
      const answered = await least.count((message) => texts(message)[0] === 'request_response', 3);
      expect(answered.map(({ id, args }) => [id, decodeText(args[1]!)]).sort()).toEqual([
        ['p.abcdefgh.1', '1'],
        ['p.abcdefgh.2', '0'],
        ['p.abcdefgh.3', '1'],
      ]);
      await two.message(({ id }) => id === 'p.abcdefgh.3');
      const asked = await least.send('', 'pubsub', ['subscribe', '{"prefix":["devices","secret"],"bus":""}']);
      const refusal = await least.message(({ id, subsystem }) => id === asked && subsystem === 'error');
      expect(texts(refusal)[1]).toContain('subscribe to topic "secret"');
      await least.message(({ id, args }) => id === asked && decodeText(args[1]!) === 'false');
      expect(least.bus.state).toBe('connected');
      expect(least.states).toEqual(['connected']);
    });

    it('refuses what is no publication as the router does', async () => {
      await rig().router();
      const one = await rig().connected('one');
      await one.publish('devices/a', 'nonsense', 'bad');
      const [error, answer] = await one.count(({ id }) => id === 'bad', 2);
      expect(texts(error!)).toEqual(['-32600', expect.stringContaining('no JSON object'), '', 'pubsub']);
      expect(texts(answer!)).toEqual(['request_response', '0']);
    });

    it('keeps publications in a persistent queue while the agent is away, and until its handler is done', async () => {
      await rig().router();
      const one = await rig().connected('one');
      const bus = await rig().connected('two');
      await bus.subscribe('devices', { persistent_queue: 'all' });
      await bus.bus.close();
      await one.publish('devices/while-away', bodyWith(1), 'p.abcdefgh.1');
      await one.message(({ id }) => id === 'p.abcdefgh.1');

      const stuck = await rig().connection('two');
      const begun = Promise.withResolvers<undefined>();
      const up = Promise.withResolvers<undefined>();
      stuck.open({
        message(message) {
          if (!isDelivery(message)) return;
          begun.resolve(undefined);
          return Promise.withResolvers<undefined>().promise;
        },
        state: (state) => {
          if (state === 'connected') up.resolve(undefined);
        },
      });
      await up.promise;
      const subscribe = ['subscribe', '{"prefix":"devices","bus":"","persistent_queue":"all"}'].map(encodeText);
      stuck.send({ peer: '', id: 's', subsystem: 'pubsub', args: subscribe });
      await begun.promise;
      await stuck.close();

      const again = await rig().connected('two');
      await again.subscribe('devices', { persistent_queue: 'all' });
      await again.message(isDelivery);
      expect(deliveries(again).map(([topic]) => topic)).toEqual(['devices/while-away']);
      await again.ask('', 'pubsub', 'unsubscribe', '{"prefix":null,"bus":""}');
      expect(await rig().broker.control('list_queues', '-p', 'volttron', 'name')).not.toContain('persistent');
    });

    it('goes on after somebody deleted the queue of a subscription', async () => {
      await rig().router();
      const [one, two] = [await rig().connected('one'), await rig().connected('two')];
      const bare = await rig().bare('central.listener');
      await two.subscribe('devices', { persistent_queue: 'lost' });
      await bare.channel.deleteQueue('central.two.pubsub.persistent.lost');
      // Declared anew at some time after the deletion.
      for (let n = 1; deliveries(two).length === 0; n++) {
        await one.ask('', 'pubsub', 'publish', 'devices/a', bodyWith(n));
      }
      await two.ask('', 'pubsub', 'unsubscribe', '{"prefix":null,"bus":""}');
      expect(two.states).toEqual(['connected']);
    });
  });
}
