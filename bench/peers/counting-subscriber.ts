/** Subscribes to everything and counts, for each publisher, what came in order. */
import { DealerSocket, decodeZ85 } from '@volttron-ts/zmtp';
import { serve } from './serve.ts';

interface Config {
  readonly endpoint: string;
  readonly serverKey: string;
  readonly client: { readonly publicKey: string; readonly secretKey: string };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const subscribe = [
  '',
  'VIP1',
  '',
  's.1',
  'pubsub',
  'subscribe',
  '{"prefix":"devices/","bus":"","all_platforms":false}',
];
const PUBLISH_FRAMES = 8;

await serve(async (given) => {
  const { endpoint, serverKey, client } = given as Config;
  const ready = Promise.withResolvers<undefined>();
  const next = new Map<string, number>();
  let inOrder = 0;
  const count = (topic: string, body: string): void => {
    const n = Number(/"message":(\d+)/.exec(body)?.[1]);
    if (n === (next.get(topic) ?? 0)) inOrder += 1;
    next.set(topic, n + 1);
  };
  const dealer = new DealerSocket({
    message: (frames) => {
      if (frames.length === PUBLISH_FRAMES) count(frames[6]!.toString(), frames[7]!.toString());
      else ready.resolve(undefined);
    },
    connected: () => void dealer.send(subscribe.map(bytes)),
    disconnected: ready.reject,
    refused: ready.reject,
    failed: () => undefined,
  });
  const mechanism = {
    type: 'CURVE',
    serverKey: decodeZ85(serverKey),
    publicKey: decodeZ85(client.publicKey),
    secretKey: decodeZ85(client.secretKey),
  } as const;
  dealer.connect(endpoint, { identity: 'subscriber', mechanism });
  await ready.promise;
  return { ready: {}, commands: { count: () => inOrder } };
});
