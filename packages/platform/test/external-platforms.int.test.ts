import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agentEntry, AuthFile, ensureEntries, generateKeyPair, KeyStore } from '@volttron-ts/auth';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { decodePublishBody, parseAddress, services } from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import { BusPeer, texts } from '@volttron-ts/vip-core/testing';
import { expect, it } from 'vitest';
import type { PlatformStatus } from '../src/index.ts';
import { eventually } from './support/eventually.ts';
import { PlatformHome } from './support/platform-process.ts';
import type { PlatformProcess } from './support/platform-process.ts';

const body = '{"bus":"","headers":{},"message":1}';
const peers = ['publisher', 'subscriber', 'caller'];

/** An instance as a process of its own, with keys for a few peers. */
class Instance {
  readonly name: string;
  readonly home: PlatformHome;
  platform!: PlatformProcess;
  status!: PlatformStatus;

  private constructor(name: string, home: PlatformHome) {
    this.name = name;
    this.home = home;
  }

  static async make(name: string, config = 'vip-address = tcp://127.0.0.1:0'): Promise<Instance> {
    const home = await PlatformHome.make(`${config}\n`);
    const file = join(home.home, 'config');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('instance-name = campus', `instance-name = ${name}`));
    const keys = new KeyStore(home.home);
    const entries = await Promise.all(peers.map(async (peer) => agentEntry(peer, (await keys.agent(peer)).publicKey)));
    await ensureEntries(await AuthFile.open(join(home.home, 'auth.json')), entries);
    return new Instance(name, home);
  }

  async start(): Promise<void> {
    this.platform = await this.home.start();
    this.status = await this.platform.status();
  }

  get address(): string {
    return this.status.addresses.find((address) => address.startsWith('tcp:'))!;
  }

  async peer(identity: string): Promise<BusPeer> {
    const pair = await new KeyStore(this.home.home).agent(identity);
    const keys = { publickey: pair.publicKey, secretkey: pair.secret.reveal(), serverkey: this.status.serverKey };
    const address = parseAddress(this.status.addresses[0]!);
    const peer = new BusPeer(new ZmqConnection({ identity, address, keys, clock: systemClock }));
    await peer.hello();
    return peer;
  }

  /** Writes the file in which operators name other platforms; the platform notices. */
  async knows(other: Instance): Promise<void> {
    const described = {
      [other.name]: {
        'instance-name': other.name,
        serverkey: other.status.serverKey,
        'vip-address': other.address,
      },
    };
    await writeFile(join(this.home.home, 'external_platform_discovery.json'), JSON.stringify(described));
  }

  /** Approves the other platform's router, as soon as it has knocked. */
  async approve(other: Instance): Promise<void> {
    const pending = await eventually(async () => {
      const requests = (await this.#auth('get_pending_authorizations')) as {
        readonly user_id: string;
        readonly credentials: string;
      }[];
      return requests.find(({ credentials }) => credentials === other.status.serverKey);
    });
    await this.#auth('approve_authorization', pending.user_id);
  }

  #auth(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.platform.operator.vip.rpc.call(services.auth, method, args);
  }

  async says(text: string): Promise<void> {
    const logged = JSON.stringify(text).slice(1, -1);
    await eventually(() => (this.platform.output.includes(logged) ? true : undefined));
  }
}

const isPublish = (message: VipMessage): boolean => texts(message)[0] === 'publish';

async function call(from: Instance, to: Instance): Promise<void> {
  const [caller, callee] = [await from.peer('caller'), await to.peer('subscriber')];
  const request = {
    ...{ to_platform: to.name, to_peer: 'subscriber', from_platform: '', from_peer: '' },
    args: ['{"jsonrpc":"2.0","id":"a.1","method":"m"}'],
  };
  await caller.send('', 'external_rpc', ['send_platform', JSON.stringify(request)]);
  const got = await callee.message(({ subsystem }) => subsystem === 'external_rpc');
  expect(got.user).toBe(`instance.${from.name}`);
  const answer = {
    ...request,
    to_platform: from.name,
    to_peer: 'caller',
    args: ['{"jsonrpc":"2.0","id":"a.1","result":1}'],
  };
  await callee.send('', 'external_rpc', ['send_platform', JSON.stringify(answer)]);
  const back = await caller.message(({ subsystem }) => subsystem === 'external_rpc');
  expect(JSON.parse(texts(back)[1]!)).toMatchObject({
    ...{ from_platform: to.name, from_peer: 'subscriber', args: answer.args },
  });
  await Promise.all([caller.bus.close(), callee.bus.close()]);
}

async function publish(from: Instance, to: Instance, topic: string): Promise<void> {
  const [publisher, subscriber] = [await from.peer('publisher'), await to.peer('subscriber')];
  await subscriber.ask('', 'pubsub', 'subscribe', JSON.stringify({ prefix: topic, bus: '', all_platforms: true }));
  await eventually(async () => {
    const answer = await publisher.ask('', 'pubsub', 'publish', topic, body);
    return texts(answer)[1] === '1' ? true : undefined;
  });
  const got = await subscriber.message(isPublish);
  expect(texts(got)[1]).toBe(topic);
  expect(decodePublishBody(got.args[2]!).sender).toBe(`${from.name}.publisher`);
  await Promise.all([publisher.bus.close(), subscriber.bus.close()]);
}

it('two platforms that approved each other share publications and calls both ways, also after one was away', async () => {
  const [one, two] = [await Instance.make('one'), await Instance.make('two')];
  await Promise.all([one.start(), two.start()]);
  await one.knows(two);
  await two.knows(one);
  await Promise.all([one.approve(two), two.approve(one)]);
  await Promise.all([one.says('"two" has connected to us'), two.says('"one" has connected to us')]);
  await publish(one, two, 'a/one');
  await publish(two, one, 'a/two');
  await call(one, two);
  await call(two, one);
  const { platform, address } = two;
  await platform.end('SIGTERM');
  await one.says('connection to the platform "two": lost');
  const file = join(two.home.home, 'config');
  await writeFile(file, (await readFile(file, 'utf8')).replace('tcp://127.0.0.1:0', address));
  await two.start();
  await publish(one, two, 'a/again');
  await call(two, one);
}, 120_000);

it('knows a platform by its key, whatever its connection calls itself, as Python’s call themselves by the other end', async () => {
  const one = await Instance.make('one');
  const pair = generateKeyPair();
  const python = { credentials: pair.publicKey, user_id: 'of setup mode', comments: 'as the original writes them' };
  await (await AuthFile.open(join(one.home.home, 'auth.json'))).add(python);
  const described = { two: { 'instance-name': 'two', serverkey: pair.publicKey, 'vip-address': 'tcp://127.0.0.1:1' } };
  await writeFile(join(one.home.home, 'external_platform_discovery.json'), JSON.stringify(described));
  await one.start();
  const keys = { publickey: pair.publicKey, secretkey: pair.secret.reveal(), serverkey: one.status.serverKey };
  const address = parseAddress(one.address);
  const link = new BusPeer(new ZmqConnection({ identity: 'instance.one.0.25', address, keys, clock: systemClock }));
  await link.state('connected');
  expect(texts(await link.ask('', 'routing_table', 'hello', 'hello', 'two'))).toEqual(['hello', 'welcome', 'one']);
  await link.send('', 'pubsub', ['external_list', '{"two":["a/"]}']);
  const publisher = await one.peer('publisher');
  await eventually(async () => {
    const answer = await publisher.ask('', 'pubsub', 'publish', 'a/b', body);
    return texts(answer)[1] === '1' ? true : undefined;
  });
  const got = await link.message((message) => texts(message)[0] === 'external_publish');
  expect(texts(got)[1]).toBe('a/b');
  const refused = await link.ask('', 'pubsub', 'external_list', '{"one":[""]}');
  expect(texts(refused)[0]).toBe('-32600');
  await Promise.all([publisher.bus.close(), link.bus.close()]);
}, 60_000);
