import { connect, credentials } from 'amqplib';
import type { Channel, ChannelModel } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BrokerUsers, localRightsOf, ManagementClient, rightsOf } from '../src/broker/index.ts';
import { ManagementError } from '../src/index.ts';
import { PrivateBroker } from '../src/testing/index.ts';
import type { AmqpTls } from '../src/index.ts';

const PASSWORD = 'a password of this test';
const REMOTE = 'central.node.forwarder';
let broker: PrivateBroker;
let management: ManagementClient;
let users: BrokerUsers;
let tls: AmqpTls;

beforeAll(async () => {
  broker = await PrivateBroker.start([{ name: 'central.router' }], { adminPassword: PASSWORD });
  tls = await broker.tls(REMOTE);
  management = await managementAs('admin', PASSWORD);
  users = new BrokerUsers(management, 'volttron');
}, 180_000);

afterAll(async () => {
  management.close();
  await broker[Symbol.asyncDispose]();
});

async function managementAs(user: string, password: string): Promise<ManagementClient> {
  const { ca, cert, key, servername = '' } = await broker.tls(user);
  return new ManagementClient({
    ...{ host: '127.0.0.1', port: broker.managementPort, user, password },
    tls: { ca, cert, key, servername },
  });
}

async function login(user: string): Promise<ChannelModel> {
  const { servername = 'localhost', ...pems } = user === REMOTE ? tls : await broker.tls(user);
  const connection = await connect(
    { protocol: 'amqps', hostname: '127.0.0.1', port: broker.port, vhost: 'volttron', heartbeat: 20 },
    { ...pems, servername, credentials: credentials.external() },
  );
  connection.on('error', () => undefined);
  onTestFinished(() => connection.close().catch(() => undefined));
  return connection;
}

/** What the broker says to an operation: `done`, or its code. */
async function attempt(connection: ChannelModel, operation: (channel: Channel) => unknown): Promise<string | number> {
  const channel = await connection.createConfirmChannel();
  const closed = new Promise<string | number>((resolve) => {
    channel.on('error', (error: Error & { code?: number }) => {
      resolve(error.code ?? error.message);
    });
  });
  const done = (async () => {
    await operation(channel);
    await channel.waitForConfirms();
    // The broker refuses a publication by closing the channel: this comes after it.
    await channel.checkExchange('amq.topic');
    return 'done';
  })().catch((error: unknown) => (error as { code?: number }).code ?? closed);
  const result = await Promise.race([done, closed]);
  await channel.close().catch(() => undefined);
  return result;
}

const publish = (key: string, userId?: string) => (channel: Channel) =>
  channel.publish('volttron', key, Buffer.from('[]'), userId === undefined ? {} : { userId });

describe('an approved user of another platform', () => {
  const declared = { exclusive: true, autoDelete: true };

  beforeAll(async () => {
    await users.grant(REMOTE, rightsOf({ instance: 'central', user: REMOTE, refusedTopics: ['analysis/secret'] }));
  });

  it.each<[what: string, operation: (channel: Channel) => unknown, result: string | number]>([
    ['declares its own queue', (channel) => channel.assertQueue(REMOTE, declared), 'done'],
    ['declares queues of its subscriptions', (channel) => channel.assertQueue(`${REMOTE}.pubsub.x`, declared), 'done'],
    ['no queue of another', (channel) => channel.assertQueue('central.node.other', declared), 403],
    [
      'no queue whose name only resembles its own',
      (channel) => channel.assertQueue('central-node-forwarder', declared),
      403,
    ],
    ['no queue behind its own name', (channel) => channel.assertQueue(`${REMOTE}2`, declared), 403],
    ['no queue of a name that the broker makes', (channel) => channel.assertQueue('', declared), 403],
    ['no exchange', (channel) => channel.assertExchange('mine', 'topic'), 403],
    ["does not delete the platform's exchange", (channel) => channel.deleteExchange('volttron'), 403],
    ['sends to peers of the platform', publish('central.platform.historian'), 'done'],
    ['sends to the router', publish('central.router'), 'done'],
    ['sends nothing to peers of other platforms', publish('third.platform.historian'), 403],
    ['publishes under the name of the platform', publish('__pubsub__.central.devices.a.#'), 'done'],
    ['publishes nothing under the name of another', publish('__pubsub__.third.devices.a.#'), 403],
    ['publishes no protected topic', publish('__pubsub__.central.analysis.secret.#'), 403],
    ['nor below it', publish('__pubsub__.central.analysis.secret.x.#'), 403],
    ['but beside it', publish('__pubsub__.central.analysis.secrets.#'), 'done'],
    ['does not say that it is somebody else', publish('central.router', 'central.router'), 406],
    ['says who it is', publish('central.router', REMOTE), 'done'],
    ['sends nothing by other exchanges', (channel) => channel.publish('amq.topic', 'x', Buffer.from('')), 403],
    ["reads nobody else's queue", (channel) => channel.consume('central.router', () => undefined), 403],
  ])('%s', async (_, operation, result) => {
    expect(await attempt(await login(REMOTE), operation)).toBe(result);
  });

  it.each<[key: string, result: string | number]>([
    [REMOTE, 'done'],
    ['__pubsub__.central.devices.#', 'done'],
    ['__pubsub__.*.devices.#', 'done'],
    ['central.platform.historian', 403],
    ['central.router', 403],
    ['#', 403],
    ['central.#', 403],
    ['__pubsub__.#', 403],
    ['__pubsub__.central.#', 403],
    ['__pubsub__.central.analysis.secret.#', 403],
    ['__pubsub__.third.devices.#', 403],
  ])('binds its queue to "%s": %s', async (key, result) => {
    const bind = async (channel: Channel): Promise<void> => {
      await channel.assertQueue(REMOTE, declared);
      await channel.bindQueue(REMOTE, 'volttron', key);
    };
    expect(await attempt(await login(REMOTE), bind)).toBe(result);
  });

  it('may do nothing on the management API, whatever it takes for a password', async () => {
    for (const password of ['', REMOTE, 'default_passwd']) {
      const client = await managementAs(REMOTE, password);
      for (const path of [['whoami'], ['users'], ['overview'], ['queues'], ['connections']]) {
        await expect(client.get(...path)).rejects.toMatchObject({ name: 'ManagementError', status: 401 });
      }
      client.close();
    }
  });

  it('is cut off and cannot return once it is withdrawn', async () => {
    const user = 'central.node.leaver';
    await users.grant(user, rightsOf({ instance: 'central', user }));
    const connection = await login(user);
    const ended = new Promise((resolve) => connection.on('close', resolve));
    await users.withdraw(user);
    await ended;
    expect(await users.list()).not.toContain(user);
    await expect(login(user)).rejects.toThrow();
    await users.withdraw(user);
  });
});

it('lets an agent of the platform call peers of other platforms, and publish under no other name', async () => {
  const user = 'central.local';
  await users.grant(user, localRightsOf({ instance: 'central', user }));
  const connection = await login(user);
  expect(await attempt(connection, publish('third.platform.historian'))).toBe('done');
  expect(await attempt(connection, publish('__pubsub__.central.devices.#'))).toBe('done');
  expect(await attempt(connection, publish('__pubsub__.third.devices.#'))).toBe(403);
});

it('names what the management API refuses, and an address that does not answer', async () => {
  const stranger = await managementAs('admin', 'another password');
  await expect(stranger.get('users')).rejects.toBeInstanceOf(ManagementError);
  stranger.close();
  const { ca, cert, key } = tls;
  const nobody = new ManagementClient({
    ...{ host: '127.0.0.1', port: 1, user: 'admin', password: '' },
    tls: { ca, cert, key },
  });
  await expect(nobody.get('users')).rejects.toThrow(
    "The broker's management API at https://127.0.0.1:1 does not answer",
  );
});
