import { DealerSocket, decodeZ85 } from '@volttron-ts/zmtp';
import { Dealer } from 'zeromq';

export interface ClientConfig {
  readonly endpoint: string;
  readonly kind: 'direct' | 'publish';
  /** Whose DEALER makes the load. */
  readonly client: 'zmtp' | 'zeromq';
  /** Messages under way at most. */
  readonly window: number;
  /** Connections of the sink. */
  readonly subscribers: number;
  /** Z85. */
  readonly curve?: { readonly serverKey: string; readonly publicKey: string; readonly secretKey: string };
}

export type Send = (frames: readonly Uint8Array[]) => void;

/** Settles when messages can be sent; those received go to the callback. */
export async function connect(
  identity: string,
  config: ClientConfig,
  message: (frames: readonly Uint8Array[]) => void,
): Promise<Send> {
  return config.client === 'zmtp' ? connectZmtp(identity, config, message) : connectAddon(identity, config, message);
}

async function connectZmtp(
  identity: string,
  { endpoint, curve }: ClientConfig,
  message: (frames: readonly Uint8Array[]) => void,
): Promise<Send> {
  return new Promise((resolve, reject) => {
    const dealer = new DealerSocket({
      message,
      connected: () => {
        resolve((frames) => {
          const result = dealer.send(frames);
          if (result !== 'sent') throw new Error(`The window is below every mark, yet a message was ${result}.`);
        });
      },
      disconnected: (reason) => {
        throw new Error(`The router ended the connection: ${reason}.`);
      },
      refused: reject,
      failed: (reason, error) => {
        reject(error ?? new Error(reason));
      },
    });
    dealer.connect(endpoint, {
      identity,
      mechanism:
        curve === undefined
          ? { type: 'NULL' }
          : {
              type: 'CURVE',
              serverKey: decodeZ85(curve.serverKey),
              publicKey: decodeZ85(curve.publicKey),
              secretKey: decodeZ85(curve.secretKey),
            },
    });
  });
}

function connectAddon(
  identity: string,
  { endpoint, curve }: ClientConfig,
  message: (frames: readonly Uint8Array[]) => void,
): Send {
  const dealer = new Dealer({
    routingId: identity,
    sendHighWaterMark: 6000,
    receiveHighWaterMark: 6000,
    ...(curve === undefined
      ? {}
      : { curveServerKey: curve.serverKey, curvePublicKey: curve.publicKey, curveSecretKey: curve.secretKey }),
  });
  dealer.connect(endpoint);
  void (async () => {
    for await (const frames of dealer) message(frames);
  })();
  // The addon sends one message at a time.
  const queue: Uint8Array[][] = [];
  let sending = false;
  const sendAll = async (): Promise<void> => {
    sending = true;
    while (queue.length > 0) for (const frames of queue.splice(0)) await dealer.send(frames);
    sending = false;
  };
  return (frames) => {
    queue.push([...frames]);
    if (!sending) void sendAll();
  };
}
