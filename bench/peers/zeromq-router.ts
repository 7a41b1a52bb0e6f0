/** A bare ROUTER of the `zeromq` addon that forwards to the identity in the first frame. */
import { Router } from 'zeromq';
import type { RouterConfig } from './router-config.ts';
import { delayCommands } from './router-config.ts';
import { serve } from './serve.ts';

async function forward(router: Router): Promise<void> {
  for (;;) {
    const frames = await router.receive();
    const sender = frames[0]!;
    frames[0] = frames[1]!;
    frames[1] = sender;
    await router.send(frames);
  }
}

await serve(async (config) => {
  const { bind, curve } = config as RouterConfig;
  const router = new Router({ sendHighWaterMark: 6000, receiveHighWaterMark: 6000 });
  if (curve !== undefined) {
    router.curveServer = true;
    router.curveSecretKey = curve.serverSecret;
  }
  await router.bind(bind);
  void forward(router);
  return { ready: { endpoint: router.lastEndpoint }, commands: delayCommands() };
});
