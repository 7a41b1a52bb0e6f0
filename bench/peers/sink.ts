/** Counts what arrives and acknowledges it to the source, through the router. */
import { performance } from 'node:perf_hooks';
import { connect } from './load-client.ts';
import type { ClientConfig } from './load-client.ts';
import { ACKNOWLEDGE_EVERY, acknowledgement, framesOf, probe, subscribe } from './messages.ts';
import { serve } from './serve.ts';

await serve(async (given) => {
  const config = given as ClientConfig;
  const frameCount = framesOf[config.kind];
  const answered = Promise.withResolvers<undefined>();
  let count = 0;
  const send = await connect('sink', config, (frames) => {
    if (frames.length !== frameCount) answered.resolve(undefined);
    else if (++count % ACKNOWLEDGE_EVERY === 0) send(acknowledgement);
  });
  send(config.kind === 'publish' ? subscribe : probe('sink'));
  await answered.promise;
  return { ready: {}, commands: { count: () => ({ count, atMs: performance.now() }) } };
});
