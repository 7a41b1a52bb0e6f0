import { expect, it } from 'vitest';
import { decodePublishBody, decodeText } from '@volttron-ts/vip-core';
import type { CapturedPublication, CaptureVerdict, PublicationId, PublishTap } from '@volttron-ts/vip-core';
import { texts } from '@volttron-ts/vip-core/testing';
import { RouterRig } from './router-rig.ts';

const body = (message: unknown): string => JSON.stringify({ bus: '', headers: {}, message });

/** A tap that the test settles by hand. */
class HandTap implements PublishTap {
  readonly taken: (CapturedPublication & { settle: (outcome: 'kept' | 'refused') => void })[] = [];
  readonly passed: string[] = [];
  verdict: CaptureVerdict = 'new';
  captures(topic: string): boolean {
    return topic.startsWith('devices/');
  }
  capture(publication: CapturedPublication, settle: (outcome: 'kept' | 'refused') => void): CaptureVerdict {
    this.taken.push({ ...publication, settle });
    return this.verdict;
  }
  passedOver(user: string, { epoch, n }: PublicationId, comes: 'again' | 'never'): void {
    this.passed.push(`${user} ${epoch} ${n} ${comes}`);
  }
}

it('answers a numbered publication of a captured topic only after it is kept', async () => {
  const tap = new HandTap();
  await using rig = await RouterRig.create({ tap });
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  await two.ask('', 'pubsub', 'subscribe', '{"prefix":"devices/","bus":""}');
  await one.send('', 'pubsub', ['publish', 'devices/a/all', body([1])], 'p.abcdefgh.1');
  await two.count((message) => texts(message)[0] === 'publish', 1);
  await one.ask('', 'ping', 'ping');
  expect(one.received.some(({ id }) => id === 'p.abcdefgh.1')).toBe(false);
  expect(tap.taken[0]).toMatchObject({ user: 'one', topic: 'devices/a/all', id: { epoch: 'abcdefgh', n: 1 } });
  expect(decodePublishBody(tap.taken[0]!.body).sender).toBe('one');
  tap.taken[0]!.settle('kept');
  expect(texts(await one.message(({ id }) => id === 'p.abcdefgh.1'))).toEqual(['request_response', '1']);
});

it('answers errno 11 when a publication cannot be kept', async () => {
  const tap = new HandTap();
  await using rig = await RouterRig.create({ tap });
  const one = await rig.peer('one');
  await one.send('', 'pubsub', ['publish', 'devices/a/all', body([1])], 'p.abcdefgh.1');
  await one.ask('', 'ping', 'ping');
  tap.taken[0]!.settle('refused');
  const answer = await one.message(({ id }) => id === 'p.abcdefgh.1');
  expect([answer.subsystem, texts(answer)[0]]).toEqual(['error', '11']);
});

it('answers a duplicate publication without delivering it again', async () => {
  const tap = new HandTap();
  tap.verdict = 'duplicate';
  await using rig = await RouterRig.create({ tap });
  const one = await rig.peer('one');
  await one.ask('', 'pubsub', 'subscribe', '{"prefix":"","bus":""}');
  await one.send('', 'pubsub', ['publish', 'devices/a/all', body([1])], 'p.abcdefgh.1');
  await one.ask('', 'ping', 'ping');
  tap.taken[0]!.settle('kept');
  await one.message(({ id }) => id === 'p.abcdefgh.1');
  expect(one.received.filter((message) => texts(message)[0] === 'publish')).toEqual([]);
});

it('answers publishers that do not number their messages at once', async () => {
  await using rig = await RouterRig.create({ tap: new HandTap() });
  const one = await rig.peer('one');
  const answer = await one.ask('', 'pubsub', 'publish', 'devices/a/all', body([1]));
  expect(texts(answer)).toEqual(['request_response', '0']);
});

it('hands on what the journal publishes, past the tap and with the sender it had', async () => {
  const tap = new HandTap();
  await using rig = await RouterRig.create({ tap });
  const [journal, one] = [await rig.peer('platform.journal', true), await rig.peer('one')];
  await one.ask('', 'pubsub', 'subscribe', '{"prefix":"devices/","bus":""}');
  const kept = '{"bus":"","headers":{},"message":[1],"sender":"far.away"}';
  await journal.ask('', 'pubsub', 'publish', 'devices/a/all', kept);
  const [got] = await one.count((message) => texts(message)[0] === 'publish', 1);
  expect(decodeText(got!.args[2]!)).toBe(kept);
  expect(tap.taken).toEqual([]);
});

it('puts the verified sender above a forged one', async () => {
  await using rig = await RouterRig.create();
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  await two.ask('', 'pubsub', 'subscribe', '{"prefix":"t","bus":""}');
  await one.ask('', 'pubsub', 'publish', 't', '{"bus":"","sender":"control","headers":{},"message":1}');
  const [got] = await two.count((message) => texts(message)[0] === 'publish', 1);
  expect(decodePublishBody(got!.args[2]!).sender).toBe('one');
  expect(got!.user).toBe('one');
});

it('replaces all of a peer’s subscriptions on synchronize, and forgets them when it goes', async () => {
  await using rig = await RouterRig.create();
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  const list = async (): Promise<unknown> =>
    JSON.parse(texts(await two.ask('', 'pubsub', 'list', '{"prefix":"","bus":null,"subscribed":false}'))[1]!);
  await one.ask('', 'pubsub', 'subscribe', '{"prefix":["a","b"],"bus":""}');
  await one.send('', 'pubsub', ['synchronize', 'connected', '{"subscriptions":{"internal":{"":["b"],"x":["c"]}}}']);
  await one.ask('', 'ping', 'ping');
  expect(await list()).toEqual([
    ['', 'b', false],
    ['x', 'c', false],
  ]);
  await one.bus.close();
  await two.message((message) => texts(message).join() === 'drop,one');
  expect(await list()).toEqual([]);
});

it('lists subscriptions under a prefix, and with reverse those that a text is under', async () => {
  await using rig = await RouterRig.create();
  const one = await rig.peer('one');
  await one.ask('', 'pubsub', 'subscribe', '{"prefix":["devices/a","devices/b","other"],"bus":""}');
  const list = async (body: string): Promise<unknown> =>
    (JSON.parse(texts(await one.ask('', 'pubsub', 'list', body))[1]!) as string[][]).map(([, prefix]) => prefix);
  expect(await list('{"prefix":"devices/"}')).toEqual(['devices/a', 'devices/b']);
  expect(await list('{"prefix":"devices/a/all","reverse":true}')).toEqual(['devices/a']);
});

it('lets nobody announce the stop of another, or stop the platform', async () => {
  await using rig = await RouterRig.create();
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  await two.ask('', 'pubsub', 'subscribe', '{"prefix":"t","bus":""}');
  await one.send('', 'agentstop', ['two']);
  const refusal = await one.ask('', 'quit');
  expect(texts(refusal).slice(0, 2)).toEqual(['93', 'Protocol not supported']);
  expect(rig.quits).toBe(0);
  // Whatever it says itself would list it again.
  expect(texts(await one.ask('', 'peerlist', 'list'))).toContain('two');
  const count = await one.ask('', 'pubsub', 'publish', 't', '{"bus":"","headers":{},"message":1}');
  expect(texts(count)).toEqual(['request_response', '1']);
});

it('obeys quit from the service control', async () => {
  await using rig = await RouterRig.create();
  const control = await rig.peer('control', true);
  await control.send('', 'quit', []);
  await control.ask('', 'ping', 'ping');
  expect(rig.quits).toBe(1);
});

it('answers queries: text as it is, lists as JSON, numbers as ASCII, unknown names empty', async () => {
  await using rig = await RouterRig.create();
  const one = await rig.peer('one');
  const ask = async (name: string): Promise<string[]> => texts(await one.ask('', 'query', name));
  expect(await ask('instance-name')).toEqual(['', 'here']);
  expect(await ask('addresses')).toEqual(['', '["tcp://127.0.0.1:22916"]']);
  expect(await ask('agent-monitor-frequency')).toEqual(['', '600']);
  expect(await ask('toString')).toEqual(['', '']);
});

it('quotes a numeric id in an error, so that a Python caller can match it', async () => {
  await using rig = await RouterRig.create();
  const one = await rig.peer('one');
  await one.send('nobody', 'RPC', ['{}'], '1795342082.8769');
  const answer = await one.message(({ subsystem }) => subsystem === 'error');
  expect(answer.id).toBe('"1795342082.8769"');
});

it.each([
  ['platform.control', 'control'],
  ['platform.config_store', 'config.store'],
  ['platform.web', 'platform_web'],
])('delivers what is for %s to %s, unless somebody bears that name', async (alias, name) => {
  await using rig = await RouterRig.create();
  const [one, real] = [await rig.peer('one'), await rig.peer(name, true)];
  await one.send(alias, 'RPC', ['{}'], 'r1');
  expect(await real.message(({ id }) => id === 'r1')).toMatchObject({ peer: 'one', user: 'one', subsystem: 'RPC' });
  const bearer = await rig.peer(alias, true);
  await one.send(alias, 'RPC', ['{}'], 'r2');
  await bearer.message(({ id }) => id === 'r2');
});

it('names a missing alias as it was called', async () => {
  await using rig = await RouterRig.create();
  const one = await rig.peer('one');
  const answer = await one.ask('platform.control', 'RPC', '{}');
  expect(texts(answer)).toEqual(['113', 'No route to host', 'platform.control', 'RPC']);
});

it('drops a closed connection from the peer list at once', async () => {
  await using rig = await RouterRig.create();
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  await one.bus.close();
  await two.message((message) => texts(message).join() === 'drop,one');
  expect(texts(await two.ask('', 'peerlist', 'list'))).toEqual(['listing', 'two']);
});

it('says in the log when the journal cannot keep what a Python agent published', async () => {
  const tap = new HandTap();
  await using rig = await RouterRig.create({ tap });
  const one = await rig.peer('one');
  await one.ask('', 'pubsub', 'publish', 'devices/a/all', body([1]));
  tap.taken[0]!.settle('refused');
  expect(rig.lines).toEqual(['the journal could not keep a publication']);
});
