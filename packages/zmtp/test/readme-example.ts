import { DealerSocket, generateKeyPair, RouterSocket } from '../src/index.ts';

const [server, client] = [generateKeyPair(), generateKeyPair()];
const router = new RouterSocket(
  { message: (connection, frames) => void connection.send([Buffer.from(connection.userId), ...frames]) },
  {
    authenticator: ({ publicKey }) => ({
      status: 200,
      userId: publicKey?.equals(client.publicKey) ? 'alice' : 'guest',
    }),
  },
);
const endpoint = await router.bind('tcp://127.0.0.1:0', { domain: 'vip', mechanism: { type: 'CURVE', ...server } });

const answer = Promise.withResolvers<Buffer[]>();
const dealer = new DealerSocket({
  connected: () => dealer.send([Buffer.from('hello')]), // 'sent', 'full' or 'closed'
  message: answer.resolve,
});
dealer.connect(endpoint, { identity: 'a1', mechanism: { type: 'CURVE', serverKey: server.publicKey, ...client } });
export const [user, text] = await answer.promise;
await Promise.all([dealer.close(), router.close()]);
