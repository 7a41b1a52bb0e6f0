import { parseAddress } from '@volttron-ts/vip-core';
import type { PeerLink } from '@volttron-ts/vip-core';
import { expect, it, onTestFinished } from 'vitest';
import { ZmqConnection, ZmqListener } from '../src/index.ts';
import { clock, silent } from './real-clock.ts';

/** The link of a peer to a listener with these marks. */
async function linked(queue: { readonly messages: number; readonly bytes: number }): Promise<PeerLink> {
  const entered = Promise.withResolvers<PeerLink>();
  const listener = new ZmqListener({
    ...{ addresses: [parseAddress('tcp://127.0.0.1:0')], keys: undefined, clock, log: silent, queue },
    authenticator: { authenticate: () => ({ status: 200, user: 'u' }) },
  });
  await listener.open({ peer: entered.resolve, message: () => undefined, gone: () => undefined });
  const address = parseAddress(listener.addresses[0]!);
  const peer = new ZmqConnection({ identity: 'slow', address, keys: undefined, clock });
  peer.open({ message: () => undefined, state: () => undefined });
  onTestFinished(async () => {
    await peer.close();
    await listener.close();
  });
  return entered.promise;
}

/** How many messages of that size are taken before nothing can have been read. */
function taken(link: PeerLink, bytes: number): number {
  const message = [new Uint8Array(bytes)];
  let count = 0;
  while (link.send(message) === 'sent') count++;
  return count;
}

it('queues so many messages for a peer and no more', async () => {
  expect(taken(await linked({ messages: 5, bytes: 1_000_000 }), 10)).toBe(5);
});

it('queues so many bytes for a peer and no more, but a single larger message', async () => {
  const marks = { messages: 6000, bytes: 1_000_000 };
  expect(taken(await linked(marks), 100_000)).toBe(9);
  expect(taken(await linked(marks), 2_000_000)).toBe(1);
});
