import { Dealer } from 'zeromq';
import { ForeignPeer } from './foreign-peer.ts';
import type { ForeignPeerOptions } from './foreign-peer.ts';

/** A DEALER of the `zeromq` addon. */
export function addonPeer(options: ForeignPeerOptions): ForeignPeer {
  return new ForeignPeer((peer) => {
    const { curve, heartbeatMs = 0 } = options;
    const dealer = new Dealer({
      routingId: options.identity,
      linger: 1,
      reconnectInterval: 50,
      handshakeInterval: options.handshakeMs ?? 30_000,
      heartbeatInterval: heartbeatMs,
      heartbeatTimeout: 5 * heartbeatMs,
      ...(curve === undefined
        ? {}
        : { curveServerKey: curve.serverkey, curvePublicKey: curve.publickey, curveSecretKey: curve.secretkey }),
    });
    dealer.events.on('handshake', () => {
      peer.happened('handshake', 0);
    });
    dealer.events.on('handshake:error:auth', ({ error }) => {
      peer.happened('refused', error.status);
    });
    dealer.events.on('handshake:error:protocol', () => {
      peer.happened('protocol', 0);
    });
    dealer.events.on('disconnect', () => {
      peer.happened('disconnect', 0);
    });
    dealer.connect(options.endpoint);
    const reading = (async () => {
      for await (const frames of dealer) peer.received(frames.map((frame) => frame.toString('latin1')));
    })();
    // The addon sends one message at a time.
    let sending: Promise<void> = Promise.resolve();
    return {
      send: (frames) => {
        const bytes = frames.map((frame) => Buffer.from(frame, 'latin1'));
        sending = sending.then(async () => dealer.send(bytes));
      },
      close: async () => {
        dealer.close();
        await Promise.allSettled([sending, reading]);
      },
    };
  });
}
