import { MessageChannel } from 'node:worker_threads';
import { encodeText } from '@volttron-ts/vip-core';
import { texts } from '@volttron-ts/vip-core/testing';
import { expect, it } from 'vitest';
import { PortConnection } from '../src/index.ts';
import { packMessages } from '../src/port-frames.ts';
import { RouterRig } from './router-rig.ts';

it('goes on, and gives its room back, after a message that is none and after one that its reader throws at', async () => {
  const { port1, port2 } = new MessageChannel();
  const heard: string[] = [];
  const got = Promise.withResolvers<undefined>();
  const connection = new PortConnection(port2, 'service');
  connection.open({
    message: ({ id }) => {
      heard.push(id);
      if (id === 'last') got.resolve(undefined);
      if (id === 'sync') throw new Error('the reader throws');
      return id === 'async' ? Promise.reject(new Error('the reader rejects')) : undefined;
    },
    state: () => undefined,
  });
  const acknowledged = new Promise<unknown>((resolve) => port1.once('message', resolve));
  const message = (id: string): Uint8Array[] => ['', 'VIP1', '', id, 'x'].map(encodeText);
  const send = (messages: Uint8Array[][]): void => {
    port1.postMessage({ block: packMessages(messages), bytes: 7 });
  };
  send([[encodeText('no VIP message')], message('sync'), message('async'), message('next')]);
  send([message('last')]);
  await got.promise;
  expect(heard).toEqual(['sync', 'async', 'next', 'last']);
  expect(await acknowledged).toEqual({ taken: 7 });
  await connection.close();
});

it('a message that the router itself fails at is logged, and the next one is served', async () => {
  const properties = (): never => {
    throw new Error('no properties today');
  };
  await using rig = await RouterRig.create({ properties });
  const one = await rig.peer('one');
  await one.send('', 'query', ['addresses']);
  expect(texts(await one.ask('', 'ping', 'ping', 'x'))).toEqual(['pong', 'x']);
  expect(rig.lines).toEqual(['a message could not be routed']);
});
