import { t } from '@volttron-ts/agent';
import { FakeConfigStore, FakePlatform, startTestAgent } from '@volttron-ts/agent/testing';
import { encodeText } from '@volttron-ts/vip-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { agentThat, callAgent, turns, welcomed } from './helpers.ts';

const words = [
  ...['', 'VIP1', 'RPC', 'hello', 'welcome', 'ping', 'pong', 'add', 'drop', 'publish', 'request_response', 'stream'],
  ...['connect.hello.0', 'devices/a', '113', '-32001', 'error', 'send_peer', 'other', '__proto__', 'null', '[[[', '{'],
  ...['{"bus":"","headers":{},"message":1}', '{"bus":"","headers":{"TimeStamp":5},"message":[[],{}]}', '[]', '-1'],
  ...[
    '{"jsonrpc":"2.0","id":1,"method":"echo","params":[1]}',
    '{"jsonrpc":"2.0","id":1,"method":"constructor.inspect"}',
  ],
  ...['{"jsonrpc":"2.0","id":{},"method":"config.update","params":{"*args":["NEW",1],"**kwargs":{}}}'],
  ...[
    '{"jsonrpc":"2.0","id":1,"method":"auth.update","params":[{"__proto__":5}]}',
    '{"jsonrpc":"2.0","result":1,"id":"x"}',
  ],
  ...[
    '[{"jsonrpc":"2.0","method":"echo"},5,[[]]]',
    '{"from_platform":"p","from_peer":"q","to_platform":"h","to_peer":"a","args":["{"]}',
  ],
];
const frame = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words).map(encodeText) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 4 }).map(encodeText) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
);
const subsystem = fc.oneof(
  fc.constantFrom('hello', 'ping', 'peerlist', 'pubsub', 'RPC', 'error', 'query', 'channel', 'external_rpc', 'journal'),
  fc.string({ maxLength: 10 }),
);
const message = fc.record({
  peer: fc.constantFrom('', '', 'other', 'config.store', 'platform.auth'),
  id: fc.oneof(
    fc.constantFrom('', 'p.epoch00001.1', 's.epoch00001.1', 'r.epoch00001.1', '1.2'),
    fc.string({ maxLength: 8 }),
  ),
  subsystem,
  args: fc.array(frame, { maxLength: 5 }),
});

it('serves callers after any messages of its router and of peers, in any order', { timeout: 60_000 }, async () => {
  const platform = new FakePlatform();
  new FakeConfigStore(platform, { agent: { config: {} } });
  platform.play('other', () => undefined);
  const definition = agentThat(async ({ vip, signal }) => {
    vip.rpc.export('echo', { params: t.Tuple([t.Number()]), call: ([n]) => n });
    vip.channel.create('other', 'stream');
    for await (const reading of vip.pubsub.subscribe('devices/', { signal })) expect(reading.topic).toBeDefined();
  });
  await using agent = startTestAgent(platform, definition);
  await welcomed(platform);
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 10 }), async (messages) => {
      for (const one of messages) platform.send('agent', one);
      await turns();
      expect(await callAgent(platform, 'echo', [5])).toMatchObject({ result: 5 });
    }),
    { numRuns: 400 },
  );
  expect(agent.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
