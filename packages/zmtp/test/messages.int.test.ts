import { describe, expect, it } from 'vitest';

import {
  TestDealer,
  TestRouter,
  abstractEndpoint,
  bytes,
  clientKeys,
  curveClient,
  curveServer,
  fileEndpoint,
  nothing,
  text,
} from './sockets.ts';

const transports = [
  ['tcp', '127.0.0.1', () => 'tcp://127.0.0.1:0'],
  ['tcp over IPv6', '::1', () => 'tcp://[::1]:0'],
  ['file ipc', 'localhost', fileEndpoint],
  ['abstract ipc', 'localhost', abstractEndpoint],
] as const;
const mechanisms = [
  ['NULL', nothing, nothing],
  ['CURVE', curveServer, curveClient],
] as const;

describe.each(transports)('over %s', (_transport, address, endpointOf) => {
  describe.each(mechanisms)('with %s', (_mechanism, server, client) => {
    it('carries messages of many frames both ways, in order', async () => {
      await using router = new TestRouter({}, (connection, frames) => {
        connection.send(frames);
      });
      const endpoint = await router.socket.bind(endpointOf(), { domain: 'vip', mechanism: server });
      await using dealer = new TestDealer(endpoint, { identity: 'alice', mechanism: client });
      await dealer.connects.count(1);
      for (let index = 0; index < 500; index++) {
        expect(dealer.socket.send(bytes('', 'VIP1', '', String(index), 'x'.repeat(index)))).toBe('sent');
      }
      const answers = await dealer.messages.count(500);
      expect(answers.map((frames) => frames.map(String)[3])).toEqual(answers.map((_, index) => String(index)));
      expect(text(answers[300]!)).toEqual(['', 'VIP1', '', '300', 'x'.repeat(300)]);
    });

    it('knows key, domain, address and identity of each connection', async () => {
      await using router = new TestRouter({
        authenticator: (request) => ({ status: 200, userId: `user of ${request.identity.toString()}` }),
      });
      const endpoint = await router.socket.bind(endpointOf(), { domain: 'vip', mechanism: server });
      await using dealer = new TestDealer(endpoint, { identity: 'alice', mechanism: client });
      await dealer.connects.count(1);
      const [connection] = await router.connections.count(1);
      expect(connection).toMatchObject({ domain: 'vip', userId: 'user of alice' });
      expect(connection?.identity.toString()).toBe('alice');
      expect(connection?.address).toBe(address);
      expect(connection?.publicKey).toEqual(client.type === 'CURVE' ? clientKeys.publicKey : undefined);
    });
  });
});
