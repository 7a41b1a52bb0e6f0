/** A bare RouterSocket of ours that forwards to the identity in the first frame. */
import { decodeZ85, RouterSocket } from '@volttron-ts/zmtp';
import type { RouterConnection } from '@volttron-ts/zmtp';
import type { RouterConfig } from './router-config.ts';
import { delayCommands } from './router-config.ts';
import { serve } from './serve.ts';

await serve(async (config) => {
  const { bind, curve } = config as RouterConfig;
  const peers = new Map<string, RouterConnection>();
  const router = new RouterSocket({
    connected: (peer) => {
      peers.set(peer.identity.toString('latin1'), peer);
    },
    message: (sender, frames) => {
      const recipient = peers.get(frames[0]!.toString('latin1'));
      frames[0] = sender.identity;
      recipient?.send(frames);
    },
  });
  const endpoint = await router.bind(bind, {
    domain: 'bench',
    mechanism:
      curve === undefined
        ? { type: 'NULL' }
        : { type: 'CURVE', publicKey: decodeZ85(curve.serverKey), secretKey: decodeZ85(curve.serverSecret) },
  });
  return { ready: { endpoint }, commands: delayCommands() };
});
