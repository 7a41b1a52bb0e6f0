import { decodeText, encodeText } from '@volttron-ts/vip-core';
import type { BusConnection, Logger, PeerLink } from '@volttron-ts/vip-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ProtectedTopics, Router } from '../src/index.ts';
import { DirectListener } from './direct-listener.ts';

const silence: BusConnection = {
  ...{ identity: 'instance.here.1', state: 'connecting' },
  ...{ open: () => undefined, send: () => 'closed', drained: () => Promise.resolve(), close: () => Promise.resolve() },
};

const words = [
  ...['', 'VIP1', 'RPC', 'pubsub', 'peerlist', 'query', 'hello', 'ping', 'error', 'agentstop', 'quit', 'routing_table'],
  ...['external_rpc', 'send_platform', 'send_peer', 'external_publish', 'external_list', 'publish', 'subscribe'],
  ...['unsubscribe', 'synchronize', 'list', 'auth_update', 'request_response', 'connected', 'addresses', 'welcome'],
  ...[
    'one',
    'good',
    'platform.control',
    'instance.far',
    'devices/a',
    '__proto__',
    'constructor',
    'null',
    '-1',
    '1e999',
  ],
  ...['normalmode_platform_connection', '{"prefix":"","bus":""}', '{"prefix":["d","é"],"bus":"","all_platforms":true}'],
  ...[
    '{"internal":{"prefix":null,"bus":""}}',
    '{"subscriptions":{"all":{"":["x"]}}}',
    '{"bus":"","headers":{},"message":1}',
  ],
  ...[
    '{"far":["d"]}',
    '{"__proto__":["d"]}',
    '{"to_platform":"far","to_peer":"p","args":["[]","{"]}',
    '[[[',
    '{',
    '\u0000',
  ],
  ...['{"to_platform":"here","to_peer":"one","from_platform":"far","from_peer":"p","args":[{"id":1}]}'],
];
const frame = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words).map(encodeText) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 4 }).map(encodeText) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
);
const addressed = fc
  .tuple(fc.constantFrom('', '', '', 'one', 'good', 'nobody'), frame, frame, fc.array(frame, { maxLength: 4 }))
  .map(([to, id, subsystem, args]) => [encodeText(to), encodeText('VIP1'), new Uint8Array(0), id, subsystem, ...args]);
const message = fc.oneof(
  { weight: 5, arbitrary: addressed },
  { weight: 1, arbitrary: fc.array(frame, { maxLength: 8 }) },
);
const peers = ['hostile', 'one', 'instance.far', 'control.service'] as const;

it('any frames of any peer, in any order, are answered or dropped, and the others are served', async () => {
  const failures: unknown[] = [];
  const quiet = (): void => undefined;
  const log: Logger = { debug: quiet, info: quiet, warn: quiet, error: (...line) => failures.push(line) };
  const listener = new DirectListener();
  const topics = new ProtectedTopics();
  const router = new Router({
    ...{ routingId: 'r', log, topics, properties: () => ({ addresses: ['tcp://127.0.0.1:1'] }) },
    external: { instance: 'here', dial: () => silence, random: () => 0.5 },
  });
  await router.listen(listener);
  const received: Uint8Array[][] = [];
  const linkOf = (identity: string): PeerLink => ({
    ...{ identity, user: identity, credential: `key of ${identity}`, domain: 'vip', address: 'tcp://h', close: quiet },
    trusted: identity === 'control.service',
    send: (frames) => {
      if (identity === 'good') received.push([...frames]);
      if (!frames.every((one) => one instanceof Uint8Array)) failures.push(frames);
      return identity === 'one' ? 'full' : 'sent';
    },
  });
  const links = new Map([...peers, 'good'].map((identity) => [identity, linkOf(identity)]));
  for (const link of links.values()) listener.events!.peer(link);
  const sent = fc.array(fc.tuple(fc.constantFrom(...peers), message), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(sent, (turns) => {
      for (const [from, frames] of turns) void listener.events!.message(links.get(from)!, frames);
      received.length = 0;
      void listener.events!.message(links.get('good')!, ['', 'VIP1', '', 'p', 'ping', 'ping', 'x'].map(encodeText));
      expect(received.map((frames) => frames.map(decodeText))).toEqual([
        ['', 'VIP1', 'good', 'p', 'ping', 'pong', 'x'],
      ]);
      expect(failures).toEqual([]);
    }),
    { numRuns: 3000 },
  );
  await router.close();
});
