/** Our whole router over the ZMQ bus, as the platform runs it in its worker, without a journal behind it. */
import { ZmqListener } from '@volttron-ts/bus-zmq';
import { Router } from '@volttron-ts/router';
import { decodeKey, encodeKey, parseAddress } from '@volttron-ts/vip-core';
import type { RouterConfig } from './router-config.ts';
import { delayCommands } from './router-config.ts';
import { serve } from './serve.ts';

const volttronForm = (z85: string): string => encodeKey(decodeKey(z85));
const quiet = (): void => undefined;

await serve(async (config) => {
  const { bind, curve } = config as RouterConfig;
  const log = { debug: quiet, info: quiet, warn: quiet, error: console.error };
  const router = new Router({ routingId: 'bench', log, properties: () => ({}) });
  await router.listen(
    new ZmqListener({
      addresses: [parseAddress(bind)],
      keys:
        curve === undefined
          ? undefined
          : { publickey: volttronForm(curve.serverKey), secretkey: volttronForm(curve.serverSecret) },
      authenticator: { authenticate: ({ identity }) => ({ status: 200, user: identity }) },
      clock: {
        now: Date.now,
        monotonic: () => performance.now(),
        after: (ms, callback) => {
          const timer = setTimeout(callback, ms);
          return () => {
            clearTimeout(timer);
          };
        },
      },
      log,
    }),
  );
  return { ready: { endpoint: router.addresses[0] }, commands: delayCommands() };
});
