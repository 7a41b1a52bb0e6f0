/** Connections with keys of their own that each publish once a second. */
import { setTimeout as wait } from 'node:timers/promises';
import { DealerSocket, decodeZ85 } from '@volttron-ts/zmtp';
import { serve } from './serve.ts';

interface Config {
  readonly endpoint: string;
  readonly serverKey: string;
  readonly clients: readonly { readonly publicKey: string; readonly secretKey: string; readonly identity: string }[];
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const publication = (identity: string, n: number): Uint8Array[] =>
  [
    '',
    'VIP1',
    '',
    `p${n}.x`,
    'pubsub',
    'publish',
    `devices/${identity}/all`,
    `{"bus":"","headers":{},"message":${n}}`,
  ].map(bytes);

await serve(async (given) => {
  const { endpoint, serverKey, clients } = given as Config;
  let sent = 0;
  let stopped = false;
  const connect = async (client: Config['clients'][number]): Promise<DealerSocket> => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const dealer = new DealerSocket({
      message: () => undefined,
      connected: () => {
        resolve(undefined);
      },
      disconnected: (reason) => {
        if (!stopped) throw new Error(`the router ended the connection of ${client.identity}: ${reason}`);
      },
      refused: reject,
      failed: () => undefined,
    });
    const mechanism = {
      type: 'CURVE',
      serverKey: decodeZ85(serverKey),
      publicKey: decodeZ85(client.publicKey),
      secretKey: decodeZ85(client.secretKey),
    } as const;
    dealer.connect(endpoint, { identity: client.identity, mechanism });
    await promise;
    return dealer;
  };
  const publishOn = async (dealer: DealerSocket, identity: string): Promise<void> => {
    await wait(Math.random() * 1000);
    for (let n = 0; !stopped; n++) {
      if (dealer.send(publication(identity, n)) !== 'sent')
        throw new Error(`publication ${n} of ${identity} was not taken`);
      sent += 1;
      await wait(1000);
    }
  };
  const dealers: DealerSocket[] = [];
  for (const client of clients) dealers.push(await connect(client));
  const go = (): void => {
    for (const [index, dealer] of dealers.entries()) void publishOn(dealer, clients[index]!.identity);
  };
  const stop = (): number => {
    stopped = true;
    return sent;
  };
  return { ready: {}, commands: { go, stop } };
});
