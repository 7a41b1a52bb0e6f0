/** Connects with one key after another, several at a time, and counts the handshakes that the router accepted. */
import { DealerSocket, decodeZ85 } from '@volttron-ts/zmtp';
import { serve } from './serve.ts';

interface Config {
  readonly endpoint: string;
  readonly serverKey: string;
  readonly clients: readonly { readonly publicKey: string; readonly secretKey: string }[];
}

const AT_ONCE = 16;

await serve(async (given) => {
  const { endpoint, serverKey, clients } = given as Config;
  const keys = clients.map(({ publicKey, secretKey }) => ({
    type: 'CURVE' as const,
    serverKey: decodeZ85(serverKey),
    publicKey: decodeZ85(publicKey),
    secretKey: decodeZ85(secretKey),
  }));
  let count = 0;
  let next = 0;
  const connect = async (): Promise<void> => {
    const number = next++;
    const done = Promise.withResolvers<undefined>();
    const dealer = new DealerSocket({
      message: () => undefined,
      connected: () => {
        done.resolve(undefined);
      },
      disconnected: () => undefined,
      refused: done.reject,
      failed: () => undefined,
    });
    dealer.connect(endpoint, { identity: `client${number}`, mechanism: keys[number % keys.length]! });
    await done.promise;
    count += 1;
    await dealer.close();
  };
  const connectOn = async (): Promise<never> => {
    for (;;) await connect();
  };
  const go = (): void => {
    for (let number = 0; number < AT_ONCE; number++) void connectOn();
  };
  return Promise.resolve({ ready: {}, commands: { go, count: () => count } });
});
