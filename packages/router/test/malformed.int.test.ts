import { describe, expect, it } from 'vitest';
import { encodeText } from '@volttron-ts/vip-core';
import { texts } from '@volttron-ts/vip-core/testing';
import type { BusPeer } from '@volttron-ts/vip-core/testing';
import { RouterRig } from './router-rig.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const publish = (message: string): string => `{"bus":"","headers":{},"message":${message}}`;

async function twoAnswers(one: BusPeer, args: readonly string[]): Promise<string[][]> {
  const id = await one.send('', 'pubsub', args);
  const answers = await one.count((message) => message.id === id, 2);
  return answers.map((message) => [message.subsystem, ...texts(message)]);
}

describe('a malformed pub/sub message is answered with an error and the answer that is waited for:', () => {
  it.each([
    ['an unknown operation', ['frobnicate', '{}'], /no operation "frobnicate"/],
    ['a subscribe that is no JSON', ['subscribe', 'nonsense'], /no JSON/],
    ['a subscribe whose body is no object', ['subscribe', '[]'], /the body of a subscribe/],
    ['a subscribe with a numeric prefix', ['subscribe', '{"prefix":5,"bus":""}'], /\/prefix/],
    ['a subscribe with a null prefix', ['subscribe', '{"prefix":null,"bus":""}'], /\/prefix/],
    ['a subscribe with an object for a prefix', ['subscribe', '{"prefix":{},"bus":""}'], /\/prefix/],
    ['an unsubscribe without a prefix', ['unsubscribe', '{"bus":""}'], /the body of an unsubscribe/],
    ['a synchronize whose body is no object', ['synchronize', 'connected', '[1]'], /the body of a synchronize/],
    ['a list with a numeric bus', ['list', '{"prefix":"","bus":5}'], /\/bus/],
    ['a publish without a message', ['publish', 't', '{"bus":"","headers":{}}'], /lacks message/],
    ['a publish whose body is text', ['publish', 't', '"text"'], /no JSON object/],
    ['a publish whose body is nested too deeply', ['publish', 't', publish(nested(5000))], /nested deeper than 200/],
    [
      'a publish to a topic with U+0000',
      ['publish', 'a\u0000b', publish('1')],
      /topic "a\\u0000b" holds the character U\+0000/,
    ],
    [
      'a publish to a topic too long',
      ['publish', 't'.repeat(4097), publish('1')],
      /4097 characters; the limit is 4096/,
    ],
    ['a subscribe to a prefix with U+0000', ['subscribe', '{"prefix":"a\\u0000","bus":""}'], /prefix "a\\u0000" holds/],
  ])('%s', async (_what, args, reason) => {
    await using rig = await RouterRig.create();
    const one = await rig.peer('one');
    const [error, answer] = await twoAnswers(one, args);
    expect(error).toEqual(['error', '-32600', expect.stringMatching(reason), '', 'pubsub']);
    expect(answer).toEqual(['pubsub', 'request_response', args[0] === 'publish' ? '0' : 'false']);
    expect(texts(await one.ask('', 'ping', 'ping', 'x'))).toEqual(['pong', 'x']);
  });
});

it('takes a publication nested 199 deep, which is within the limit', async () => {
  await using rig = await RouterRig.create();
  const one = await rig.peer('one');
  expect(texts(await one.ask('', 'pubsub', 'publish', 't', publish(nested(199))))).toEqual(['request_response', '0']);
});

it.each([
  ['a topic that is a number', ['pubsub', 'publish', '5', publish('1')]],
  ['a topic that is true', ['pubsub', 'publish', 'true', publish('1')]],
  ['a subsystem that is JSON', ['[]', 'x']],
  ['a huge number', ['ping', 'ping', '9'.repeat(5000)]],
  ['100000 opening brackets', ['ping', 'ping', '['.repeat(100_000)]],
  ['a frame out of range', ['ping', 'ping', '-1', '4294967296']],
  ['pubsub without an operation', ['pubsub']],
  ['pubsub publish without a body', ['pubsub', 'publish', 't']],
  ['an external RPC without a body', ['external_rpc', 'send_platform']],
  ['an external RPC whose body is no object', ['external_rpc', 'send_platform', '[]']],
  ['an external RPC without anything', ['external_rpc']],
  ['routing_table without its argument', ['routing_table', 'normalmode_platform_connection']],
  ['routing_table without anything', ['routing_table']],
  ['peerlist without an operation', ['peerlist']],
  ['query without a name', ['query']],
  ['hello without an argument', ['hello']],
  ['agentstop without an identity', ['agentstop']],
  ['an error about nothing', ['error']],
])('goes on after %s', async (_what, [subsystem = '', ...args]) => {
  const dial = (): never => {
    throw new Error('nobody is dialled');
  };
  await using rig = await RouterRig.create({ external: { instance: 'here', dial, random: () => 0.5 } });
  const [one, service] = [await rig.peer('one'), await rig.peer('keydiscovery', true)];
  for (const peer of [one, service]) {
    await peer.send('', subsystem, args);
    await peer.send('two', subsystem, args);
    expect(texts(await peer.ask('', 'ping', 'ping', 'x'))).toEqual(['pong', 'x']);
  }
});

it('takes ids that Python would lose or die of, and gives them back', async () => {
  await using rig = await RouterRig.create();
  const one = await rig.peer('one');
  for (const id of ['-1', '4294967296', '1717171717.8772345', 'true', 'null', '[]', '5'.repeat(5000)]) {
    await one.send('', 'ping', ['ping', 'x'], id);
    expect((await one.message((message) => message.id === id)).subsystem).toBe('ping');
  }
});

it('carries é, 中 and emoji in topics, prefixes and payloads', async () => {
  await using rig = await RouterRig.create();
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  const topic = 'devices/é/中/🌡/all';
  await two.ask('', 'pubsub', 'subscribe', '{"prefix":"devices/\\u00e9/中/\\ud83c\\udf21","bus":""}');
  await two.ask('', 'pubsub', 'subscribe', JSON.stringify({ prefix: 'devices/é/', bus: '' }));
  const body = publish(JSON.stringify({ 'é中🌡': 'é中🌡 \u0000' }));
  expect(texts(await one.ask('', 'pubsub', 'publish', topic, body))).toEqual(['request_response', '1']);
  const [got] = await two.count((message) => texts(message)[0] === 'publish', 1);
  expect(texts(got!)[1]).toBe(topic);
  expect(JSON.parse(texts(got!)[2]!)).toMatchObject({ message: { 'é中🌡': 'é中🌡 \u0000' } });
});

it('takes rules and capabilities from no peer', async () => {
  await using rig = await RouterRig.create();
  const one = await rig.peer('one');
  for (const [operation, table] of [
    ['auth_update', '{"capabilities":{}}'],
    ['protected_update', '{"write-protect":[]}'],
  ] as const) {
    const answer = await one.ask('', 'pubsub', operation, table);
    expect([answer.subsystem, ...texts(answer)]).toEqual([
      ...['error', '-32001', `Only the platform itself may send ${operation}.`, '', 'pubsub'],
    ]);
  }
});

it('puts the user of the connection in place of one that a peer claims', async () => {
  await using rig = await RouterRig.create();
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  one.bus.send({ peer: 'two', id: 'x', subsystem: 'RPC', args: [encodeText('{}')], user: 'control' } as never);
  expect((await two.message(({ id }) => id === 'x')).user).toBe('one');
});
