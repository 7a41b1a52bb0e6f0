import { ZmqListener } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { Router } from '@volttron-ts/router';
import { decodeKey, encodeKey, parseAddress } from '@volttron-ts/vip-core';
import type { Authenticator } from '@volttron-ts/vip-core';
import type { RouterConfig } from './router-config.ts';

/** The form of a key in VOLTTRON's files, from libzmq's. */
export const volttronForm = (z85: string): string => encodeKey(decodeKey(z85));

const quiet = (): void => undefined;
export const quietLog = { debug: quiet, info: quiet, warn: quiet, error: console.error };

/** Our whole router over the ZMQ bus, as the platform runs it in its worker, without a journal behind it. */
export async function startRouter({ bind, curve }: RouterConfig, authenticator: Authenticator): Promise<Router> {
  const router = new Router({ routingId: 'bench', log: quietLog, properties: () => ({}) });
  await router.listen(
    new ZmqListener({
      addresses: [parseAddress(bind)],
      keys:
        curve === undefined
          ? undefined
          : { publickey: volttronForm(curve.serverKey), secretkey: volttronForm(curve.serverSecret) },
      authenticator,
      clock: systemClock,
      log: quietLog,
    }),
  );
  return router;
}
