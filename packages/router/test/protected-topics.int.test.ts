import { expect, it } from 'vitest';
import { texts } from '@volttron-ts/vip-core/testing';
import type { BusPeer } from '@volttron-ts/vip-core/testing';
import { ProtectedTopics, readProtectedTopics, snapshotTopics } from '../src/index.ts';
import { RouterRig } from './router-rig.ts';

const body = '{"bus":"","headers":{},"message":1}';
const held: Record<string, Record<string, null>> = { writer: { can_write: null }, reader: { can_read: null } };
const table = {
  'write-protect': [{ topic: 'prot/', capabilities: ['can_write'] }],
  'read-protect': [{ topic: 'secret/', capabilities: ['can_read', 'can_write'] }],
};
const guard = (): ProtectedTopics =>
  new ProtectedTopics(snapshotTopics(readProtectedTopics(JSON.stringify(table)).rules, () => held));

/** The topics a peer has received, when the last of them is there. */
async function topicsOf(peer: BusPeer, last: string): Promise<(string | undefined)[]> {
  await peer.message((message) => texts(message).slice(0, 2).join() === `publish,${last}`);
  return peer.received.map(texts).flatMap(([operation, topic]) => (operation === 'publish' ? [topic] : []));
}

it('refuses a publication to a protected topic as the original: error, then a count of 0; nobody gets it', async () => {
  await using rig = await RouterRig.create({ topics: guard() });
  const [stranger, writer, reader] = await Promise.all(['stranger', 'writer', 'reader'].map((name) => rig.peer(name)));
  await reader!.ask('', 'pubsub', 'subscribe', '{"prefix":"","bus":""}');
  const id = await stranger!.send('', 'pubsub', ['publish', 'prot/x', body]);
  const answers = await stranger!.count((message) => message.id === id, 2);
  const text = `to publish to topic "prot/x" requires capabilities ['can_write'], but capability list {} was provided`;
  expect(answers.map((message) => [message.subsystem, ...texts(message)])).toEqual([
    ['error', '-32001', text, '', 'pubsub'],
    ['pubsub', 'request_response', '0'],
  ]);
  expect(texts(await writer!.ask('', 'pubsub', 'publish', 'prot/x', body))).toEqual(['request_response', '1']);
  expect(await topicsOf(reader!, 'prot/x')).toEqual(['prot/x']);
});

it('keeps a protected topic from readers without the capability, whatever prefix they hold', async () => {
  await using rig = await RouterRig.create({ topics: guard() });
  const [stranger, reader] = [await rig.peer('stranger'), await rig.peer('reader')];
  for (const peer of [stranger, reader]) {
    const answer = await peer.ask('', 'pubsub', 'subscribe', '{"prefix":["","s"],"bus":""}');
    expect(texts(answer)).toEqual(['request_response', 'true']);
  }
  const publisher = await rig.peer('publisher');
  expect(texts(await publisher.ask('', 'pubsub', 'publish', 'secret/x', body))).toEqual(['request_response', '1']);
  expect(texts(await publisher.ask('', 'pubsub', 'publish', 'seen', body))).toEqual(['request_response', '2']);
  expect(await topicsOf(stranger, 'seen')).toEqual(['seen']);
  expect(await topicsOf(reader, 'seen')).toEqual(['secret/x', 'seen']);
});

it('refuses a subscription of which nothing could be received: error, then false', async () => {
  await using rig = await RouterRig.create({ topics: guard() });
  const [stranger, reader] = [await rig.peer('stranger'), await rig.peer('reader')];
  const request = '{"prefix":["open","secret/deep"],"bus":""}';
  const id = await stranger.send('', 'pubsub', ['subscribe', request]);
  const answers = await stranger.count((message) => message.id === id, 2);
  expect(answers.map((message) => [message.subsystem, texts(message)[0], texts(message)[1]])).toEqual([
    ['error', '-32001', expect.stringMatching(/^to subscribe to topic "secret\/deep" requires capabilities/)],
    ['pubsub', 'request_response', 'false'],
  ]);
  expect(texts(await stranger.ask('', 'pubsub', 'list', '{}'))[1]).toBe('[]');
  expect(texts(await reader.ask('', 'pubsub', 'subscribe', request))).toEqual(['request_response', 'true']);
});

it('obeys new rules from the next message on', async () => {
  const topics = guard();
  await using rig = await RouterRig.create({ topics });
  const stranger = await rig.peer('stranger');
  const publish = async (): Promise<string> => (await stranger.ask('', 'pubsub', 'publish', 'prot/x', body)).subsystem;
  expect(await publish()).toBe('error');
  topics.update({ rules: { write: [], read: [] }, holders: {} });
  expect(await publish()).toBe('pubsub');
});
