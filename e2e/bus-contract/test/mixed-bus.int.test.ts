import { connect, credentials } from 'amqplib';
import type { ChannelModel, ConfirmChannel, Options } from 'amqplib';
import type { AmqpTls } from '@volttron-ts/bus-rmq';
import { PrivateBroker } from '@volttron-ts/bus-rmq/testing';
import { decodePublishBody, decodeText } from '@volttron-ts/vip-core';
import type { CapturedPublication, PublishTap, VipMessage } from '@volttron-ts/vip-core';
import { BusPeer, texts } from '@volttron-ts/vip-core/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hurriedClock } from './support/clocks.ts';
import { RmqPlatform } from './support/rmq-platform.ts';
import type { RmqPlatformOptions } from './support/rmq-platform.ts';

const identities = ['router', 'one', 'two', 'python'];
const certificates = new Map<string, AmqpTls>();
let broker: PrivateBroker;

beforeAll(async () => {
  broker = await PrivateBroker.start(identities.map((identity) => ({ name: `central.${identity}` })));
  for (const identity of identities) certificates.set(identity, await broker.tls(`central.${identity}`));
}, 180_000);

afterAll(() => broker[Symbol.asyncDispose]());

const isDelivery = (message: VipMessage): boolean => texts(message)[0] === 'publish';
const body = (message: unknown): string => JSON.stringify({ bus: '', headers: {}, message });
const NONE = new Uint8Array();

async function start(options: RmqPlatformOptions = {}): Promise<RmqPlatform> {
  const platform = await RmqPlatform.start(broker, certificates, options);
  onTestFinished(() => platform[Symbol.asyncDispose]());
  return platform;
}

async function entered(peer: BusPeer): Promise<BusPeer> {
  onTestFinished(() => peer.bus.close());
  await peer.hello();
  return peer;
}

const onRabbit = (platform: RmqPlatform, identity: string): Promise<BusPeer> =>
  entered(new BusPeer(platform.connection(identity)));
const onOther = (platform: RmqPlatform, identity: string): Promise<BusPeer> =>
  entered(new BusPeer(platform.otherBus(identity)));

/** A channel of Python's kind: nothing in it says who the user is. */
async function bareChannel(identity: string): Promise<{ connection: ChannelModel; channel: ConfirmChannel }> {
  const { servername = 'localhost', ...pems } = certificates.get(identity) ?? ({} as AmqpTls);
  const connection = await connect(
    { protocol: 'amqps', hostname: '127.0.0.1', port: broker.port, vhost: 'volttron', heartbeat: 20 },
    { ...pems, servername, credentials: credentials.external() },
  );
  onTestFinished(() => connection.close().catch(() => undefined));
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  return { connection, channel };
}

const propertiesOf = (appId: string, type: string, more: object = {}): Options.Publish => ({
  ...{ appId, type, messageId: 'm1', contentType: 'application/json' },
  headers: { recipient: '', proto: 'VIP', user: '' },
  ...more,
});

/** Keeps everything, after it has refused as often as it is told to. */
class TestTap implements PublishTap {
  readonly kept: CapturedPublication[] = [];
  refusals = 0;

  captures(topic: string): boolean {
    return topic.startsWith('devices');
  }

  capture(publication: CapturedPublication, settled: (outcome: 'kept' | 'refused') => void): 'new' | 'duplicate' {
    const isDuplicate = this.kept.some(({ topic }) => topic === publication.topic);
    const isRefused = !isDuplicate && this.refusals-- > 0;
    if (!isDuplicate && !isRefused) this.kept.push(publication);
    queueMicrotask(() => {
      settled(isRefused ? 'refused' : 'kept');
    });
    return isDuplicate ? 'duplicate' : 'new';
  }

  passedOver(): void {
    // Publications here have no numbers.
  }
}

describe('a platform on RabbitMQ with peers of another bus', () => {
  it('carries calls both ways and names the users', async () => {
    const platform = await start();
    const [one, other] = [await onRabbit(platform, 'one'), await onOther(platform, 'other')];
    const id = await one.send('other', 'RPC', ['{"a":1.0}']);
    const call = await other.message((message) => message.id === id);
    expect({ ...call, args: texts(call) }).toEqual({
      ...{ peer: 'one', user: 'one', id, subsystem: 'RPC' },
      args: ['{"a":1.0}'],
    });
    await other.send('one', 'RPC', ['answer'], id);
    const answer = await one.message((message) => message.id === id);
    expect({ ...answer, args: texts(answer) }).toMatchObject({ peer: 'other', user: 'other', args: ['answer'] });
  });

  it('answers errno 113 both ways', async () => {
    const platform = await start({ clock: hurriedClock(50) });
    const [one, other] = [await onRabbit(platform, 'one'), await onOther(platform, 'other')];
    const [two, third] = [await onRabbit(platform, 'two'), await onOther(platform, 'third')];
    await Promise.all([two.bus.close(), third.bus.close()]);
    for (const asker of [one, other]) {
      for (const gone of ['two', 'third']) {
        await asker.message((message) => texts(message).slice(0, 2).join() === `drop,${gone}`);
      }
      for (const gone of ['two', 'third', 'nobody']) {
        expect(texts(await asker.ask(gone, 'RPC', '{}'))).toEqual(['113', 'No route to host', gone, 'RPC']);
      }
    }
  });

  it('lists all peers, with their buses for who asks for that', async () => {
    const platform = await start();
    const [one, other] = [await onRabbit(platform, 'one'), await onOther(platform, 'other')];
    await one.message((message) => texts(message).join() === 'add,other,zmq');
    await onRabbit(platform, 'two');
    await one.message((message) => texts(message).join() === 'add,two,rmq');
    await other.message((message) => texts(message).join() === 'add,two');
    const [operation, buses = ''] = texts(await other.ask('', 'peerlist', 'list_with_messagebus'));
    expect([operation, JSON.parse(buses)]).toEqual([
      'listing_with_messagebus',
      { one: 'rmq', other: 'zmq', two: 'rmq' },
    ]);
  });

  it('notices a peer that left without a word', async () => {
    const platform = await start({ clock: hurriedClock(50) });
    const [one, two] = [await onRabbit(platform, 'one'), await onRabbit(platform, 'two')];
    const other = await onOther(platform, 'other');
    await two.bus.close();
    for (const peer of [one, other]) {
      await peer.message((message) => texts(message).slice(0, 2).join() === 'drop,two');
    }
  });

  it('lets an identity be taken once, whichever bus its bearer is on', async () => {
    const platform = await start();
    await onOther(platform, 'one');
    const late = new BusPeer(platform.connection('one'));
    onTestFinished(() => late.bus.close());
    await late.state('refused');
  });

  it('delivers publications of RabbitMQ by string prefixes, under their publishers', async () => {
    const platform = await start();
    const [one, other] = [await onRabbit(platform, 'one'), await onOther(platform, 'other')];
    await other.ask('', 'pubsub', 'subscribe', '{"prefix":["devices/ab","rec"],"bus":""}');
    for (const topic of ['devices/a', 'devices/abc/all', 'record/x', 'devices/ab']) {
      await one.ask('', 'pubsub', 'publish', topic, body(topic));
    }
    const got = await other.count(isDelivery, 3);
    expect(got.map((message) => texts(message)[1])).toEqual(['devices/abc/all', 'record/x', 'devices/ab']);
    expect(got.map(({ user, peer }) => [peer, user])).toEqual(Array.from({ length: 3 }, () => ['', 'one']));
    expect(decodePublishBody(got[0]?.args[2] ?? NONE).sender).toBe('one');
  });

  it('delivers publications of other buses to RabbitMQ, once to each, with exact topic, sender and user', async () => {
    const platform = await start();
    const [one, other] = [await onRabbit(platform, 'one'), await onOther(platform, 'other')];
    const third = await onOther(platform, 'third');
    await one.ask('', 'pubsub', 'subscribe', '{"prefix":"devices","bus":""}');
    await third.ask('', 'pubsub', 'subscribe', '{"prefix":"devices","bus":""}');
    const answer = await other.ask(
      '',
      'pubsub',
      'publish',
      'devices/a.b/all',
      '{"bus":"","headers":{},"message":[1.0]}',
    );
    expect(texts(answer)).toEqual(['request_response', '2']);
    await other.ask('', 'pubsub', 'publish', 'devices/last', body(0));
    for (const peer of [one, third]) {
      const got = await peer.count(isDelivery, 2);
      expect(got.map((message) => texts(message).slice(1))).toEqual([
        ['devices/a.b/all', '{"bus":"","headers":{},"message":[1.0],"sender":"other"}'],
        ['devices/last', '{"bus":"","headers":{},"message":0,"sender":"other"}'],
      ]);
      expect(got[0]).toMatchObject({ peer: '', user: 'other' });
    }
  });

  it('believes nobody whom the broker has not checked', async () => {
    const platform = await start();
    const other = await onOther(platform, 'other');
    const { channel } = await bareChannel('python');
    const say = (sender: string, text: string, more: object = {}): boolean =>
      channel.publish(
        'volttron',
        'central.other',
        Buffer.from(JSON.stringify([text])),
        propertiesOf(sender, 'RPC', more),
      );
    // Another's name under one's own user, then a name that nobody vouches for, then one's own.
    say('central.two', 'forged', { userId: 'central.python' });
    say('central.other', 'as the recipient itself');
    say('central.made-up', 'unverified');
    say('central.python', 'own', { userId: 'central.python' });
    await other.count((message) => message.subsystem === 'RPC', 2);
    const got = other.received.filter(({ subsystem }) => subsystem === 'RPC');
    expect(got.map(({ peer, user, args }) => [peer, user, decodeText(args[0] ?? NONE)])).toEqual([
      ['made-up', '', 'unverified'],
      ['python', 'python', 'own'],
    ]);
  });

  it("answers in Python's form", async () => {
    const platform = await start({
      properties: () => ({ addresses: ['tcp://1.2.3.4:5'], serverkey: 'key', nothing: undefined }),
    });
    await onOther(platform, 'other');
    const { channel } = await bareChannel('python');
    await channel.assertQueue('central.python', { exclusive: true });
    await channel.bindQueue('central.python', 'volttron', 'central.python');
    const answers: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      void channel.consume('central.python', (message) => {
        if (message === null || message.properties.messageId === '') return;
        const { appId, type, userId, headers } = message.properties as Record<
          'appId' | 'type' | 'userId' | 'headers',
          unknown
        >;
        answers.push([appId, type, userId, headers, JSON.parse(message.content.toString())]);
        if (answers.length === 7) resolve();
      });
    });
    const ask = (to: string, type: string, args: readonly string[]): boolean =>
      channel.publish('volttron', to, Buffer.from(JSON.stringify(args)), {
        ...propertiesOf('central.python', type, { userId: 'central.python' }),
        headers: { recipient: to, proto: 'VIP', user: 'central.python' },
      });
    ask('central.router', 'hello', ['hello']);
    ask('central.router', 'ping', ['ping', 'x']);
    ask('central.router', 'query', ['addresses']);
    ask('central.router', 'query', ['serverkey']);
    ask('central.router', 'query', ['nothing']);
    ask('central.router', 'nosuch', []);
    ask('central.nobody', 'RPC', ['{}']);
    await all;
    const headers = (user: string): object => ({ recipient: 'central.python', proto: 'VIP', user });
    const from = ['central.router'];
    const own = 'central.python';
    const form = (type: string, user: string, args: unknown[]): unknown[] => [
      ...from,
      type,
      'central.router',
      headers(user),
      args,
    ];
    // Two queues answer, in no order.
    const sorted = (all: readonly unknown[]): string[] => all.map((one) => JSON.stringify(one)).sort();
    const expected = [
      form('hello', own, ['welcome', '1.0', 'router', 'python']),
      form('ping', own, ['pong', 'x']),
      form('query', '', ['', ['tcp://1.2.3.4:5'], '']),
      form('query', '', ['', 'key', '']),
      form('query', '', ['', null, '']),
      form('error', '', [93, 'Protocol not supported', 'central.router', 'nosuch']),
      form('error', '', [113, 'No route to host', 'central.nobody', 'RPC']),
    ];
    expect(sorted(answers)).toEqual(sorted(expected));
  });
});

describe('publications that are to be kept', () => {
  const keptTopics = ['devices'];

  it('are kept once, and delivered once to subscribers of other buses', async () => {
    const tap = new TestTap();
    const platform = await start({ tap, keptTopics });
    const [one, other] = [await onRabbit(platform, 'one'), await onOther(platform, 'other')];
    await other.ask('', 'pubsub', 'subscribe', '{"prefix":"","bus":""}');
    for (let n = 0; n < 300; n++)
      await one.send('', 'pubsub', ['publish', `devices/${n}`, body(n)], `p.abcdefgh.${n + 1}`);
    await other.count((message) => texts(message)[1]?.startsWith('devices/') === true, 300);
    expect(tap.kept.map(({ topic }) => topic)).toEqual(Array.from({ length: 300 }, (_, n) => `devices/${n}`));
    expect(tap.kept[0]).toMatchObject({ user: 'one', id: { epoch: 'abcdefgh', n: 1 } });
    const topics = other.received.filter(isDelivery).map((message) => texts(message)[1]);
    expect(topics.filter((topic) => topic?.startsWith('devices/') === true)).toHaveLength(300);
  });

  it('wait in the broker while the platform is down', async () => {
    const first = await RmqPlatform.start(broker, certificates, { tap: new TestTap(), keptTopics });
    await first[Symbol.asyncDispose]();
    const { channel } = await bareChannel('python');
    const content = Buffer.from(JSON.stringify({ sender: 'python', bus: '', headers: {}, message: 1 }));
    const properties = propertiesOf('central.python', 'pubsub', { userId: 'central.python', deliveryMode: 2 });
    for (let n = 0; n < 100; n++) channel.publish('volttron', `__pubsub__.central.devices.${n}.#`, content, properties);
    await channel.waitForConfirms();
    await broker.kill();
    await broker.up();
    const tap = new TestTap();
    await start({ tap, keptTopics });
    await expect.poll(() => tap.kept.length).toBe(100);
    expect(tap.kept.map(({ topic, user }) => [topic, user])).toEqual(
      Array.from({ length: 100 }, (_, n) => [`devices/${n}`, 'python']),
    );
  }, 60_000);

  it('come again when they could not be kept, without a hole or a double', async () => {
    const tap = new TestTap();
    tap.refusals = 3;
    const platform = await start({ tap, keptTopics, clock: hurriedClock(10) });
    const one = await onRabbit(platform, 'one');
    for (let n = 0; n < 50; n++) {
      await one.send('', 'pubsub', ['publish', `devices/${n}`, body(n)], `p.abcdefgh.${n + 1}`);
    }
    await expect.poll(() => tap.kept.length).toBe(50);
    expect(tap.kept.map(({ topic }) => topic).sort()).toEqual(
      Array.from({ length: 50 }, (_, n) => `devices/${n}`).sort(),
    );
    expect(tap.refusals).toBeLessThanOrEqual(0);
    await platform.router.close();
    await expect
      .poll(async () => broker.control('-p', 'volttron', 'list_queues', 'name', 'messages'))
      .toContain('central.router.pubsub.persistent.journal\t0');
  });
});
