import { decodeText } from '@volttron-ts/vip-core';
import { texts } from '@volttron-ts/vip-core/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PikaPeer } from './pika-peer.ts';
import { PrivateBroker } from '../src/testing/index.ts';
import { bodyWith, Rig } from './rig.ts';

let rig: Rig;

beforeAll(async () => {
  const users = ['ui', 'historian1', 'router'].map((identity) => ({ name: `central.${identity}` }));
  rig = new Rig(await PrivateBroker.start(users));
}, 180_000);

afterAll(async () => {
  await rig.broker[Symbol.asyncDispose]();
});

async function pika(identity: string, keys?: readonly string[]): Promise<PikaPeer> {
  const user = `central.${identity}`;
  const peer = await PikaPeer.connect(user, rig.broker.port, await rig.tls(user), keys);
  onTestFinished(() => peer[Symbol.asyncDispose]());
  return peer;
}

/** As Python agents write it: nothing for the broker to check (reference/rmq-web-csr.md §1.5). */
const fromPython = (sender: string, recipient: string, type: string, id: string, user = sender) => ({
  app_id: sender,
  type,
  message_id: id,
  content_type: 'application/json',
  headers: { recipient, proto: 'VIP', user },
});

const request = '{"jsonrpc":"2.0","method":"count","params":[3],"id":"17.4021"}';
const response = '{"jsonrpc":"2.0","id":"17.4021","result":4}';

describe('messages between python3-pika and ours', () => {
  it('are the same field by field: a request of ours, and its answer by Python', async () => {
    await rig.router();
    const ui = await rig.connected('ui');
    const historian = await pika('historian1');
    await ui.send('historian1', 'RPC', [request], '17.4021');
    expect(await historian.next()).toEqual({
      key: 'central.historian1',
      body: JSON.stringify([request]),
      ...fromPython('central.ui', 'central.historian1', 'RPC', '17.4021'),
      user_id: 'central.ui',
      delivery_mode: null,
    });
    historian.publish(
      'central.ui',
      { ...fromPython('central.historian1', 'central.ui', 'RPC', '17.4021'), headers: { user: '' } },
      [response],
    );
    const answer = await ui.message(({ subsystem }) => subsystem === 'RPC');
    expect(answer).toMatchObject({ peer: 'historian1', user: '', id: '17.4021' });
    expect(texts(answer)).toEqual([response]);
  });

  it('are read from Python: a request, and an answer of ours that it reads', async () => {
    await rig.router();
    const historian = await rig.connected('historian1');
    const ui = await pika('ui');
    ui.publish('central.historian1', fromPython('central.ui', 'central.historian1', 'RPC', '17.4021'), [request]);
    const call = await historian.message(({ subsystem }) => subsystem === 'RPC');
    // Nobody vouches for a sender whom the broker did not check: no user, and so no capabilities.
    expect(call).toMatchObject({ peer: 'ui', user: '', id: '17.4021' });
    expect(texts(call)).toEqual([request]);
    await historian.send('ui', 'RPC', [response], call.id);
    expect(await ui.next()).toMatchObject({ body: JSON.stringify([response]), type: 'RPC', message_id: '17.4021' });
  });

  it('are the four items of an error, whose recipient ours knows without the instance', async () => {
    await rig.router();
    const ui = await rig.connected('ui');
    const python = await pika('historian1');
    const properties = fromPython('central.router', 'central.ui', 'error', '17.5');
    python.publish('central.ui', properties, [113, 'No route to host', 'central.nobody', 'RPC']);
    const error = await ui.message(({ subsystem }) => subsystem === 'error');
    expect(error).toMatchObject({ peer: '', id: '17.5' });
    expect(texts(error)).toEqual(['113', 'No route to host', 'nobody', 'RPC']);
  });

  it('are hello and peer list with a Python router', async () => {
    const router = await pika('router');
    const ui = await rig.agent('ui');
    const ping = await router.next();
    expect(ping).toMatchObject({ key: 'central.router', type: 'ping', app_id: 'central.ui', body: '["ping"]' });
    const answer = (type: string, id: string | null, body: unknown): void => {
      router.publish('central.ui', fromPython('central.router', 'central.ui', type, id ?? ''), body);
    };
    answer('ping', ping.message_id, ['pong']);
    await ui.state('connected');

    const welcomed = ui.hello();
    for (let hello = await router.next(); ; hello = await router.next()) {
      if (hello.type !== 'hello') continue;
      expect(hello).toMatchObject({ body: '["hello"]', headers: { recipient: 'central.router' } });
      answer('hello', hello.message_id, ['welcome', '1.0', 'router', 'ui']);
      break;
    }
    expect(texts(await welcomed)).toEqual(['welcome', '1.0', 'router', 'ui']);
    answer('peerlist', '', ['add', 'historian1', 'rmq']);
    expect(texts(await ui.message(({ subsystem }) => subsystem === 'peerlist'))).toEqual(['add', 'historian1', 'rmq']);
  });

  it('are publications of ours as Python reads them', async () => {
    await rig.router();
    const ui = await rig.connected('ui');
    const historian = await pika('historian1', ['__pubsub__.central.devices.#']);
    await ui.publish('devices/campus/ahu1/all', bodyWith([{ t: 1 }, {}]), 'p.abcdefgh.1');
    const { body, ...said } = await historian.next();
    expect(said).toEqual({
      key: '__pubsub__.central.devices.campus.ahu1.all.#',
      ...fromPython('central.ui', '', 'pubsub', 'p.abcdefgh.1'),
      headers: { recipient: '', proto: 'VIP', user: 'ui', topic: 'devices/campus/ahu1/all' },
      user_id: 'central.ui',
      delivery_mode: 2,
    });
    expect(JSON.parse(body)).toEqual({ sender: 'ui', bus: '', headers: {}, message: [{ t: 1 }, {}] });
  });

  it('are publications of Python, whose dots in topics are lost', async () => {
    await rig.router();
    const ui = await rig.connected('ui');
    const historian = await pika('historian1');
    await ui.subscribe('devices');
    const headers = { min_compatible_version: '5.0', max_compatible_version: '' };
    const body = { sender: 'historian1', bus: '', headers, message: NaN };
    const text = JSON.stringify(body).replace('null', 'NaN');
    const properties = fromPython('central.historian1', '', 'pubsub', '9', 'historian1');
    historian.publish('__pubsub__.central.devices.b.1.#', properties, text);
    const got = await ui.message(({ args }) => decodeText(args[0] ?? new Uint8Array()) === 'publish');
    expect(got).toMatchObject({ peer: '', user: '', id: '9', subsystem: 'pubsub' });
    expect(texts(got)).toEqual(['publish', 'devices/b/1', text]);
  });
});
