/** Counts what arrives and acknowledges it to the source, through the router. */
import { performance } from 'node:perf_hooks';
import { connect } from './load-client.ts';
import type { ClientConfig, Send } from './load-client.ts';
import { ACKNOWLEDGE_EVERY, acknowledgement, framesOf, probe, subscribe } from './messages.ts';
import { serve } from './serve.ts';

await serve(async (given) => {
  const config = given as ClientConfig;
  const { subscribers } = config;
  const frameCount = framesOf[config.kind];
  let count = 0;
  const counted = (send: Send): void => {
    count += 1;
    if (count % (ACKNOWLEDGE_EVERY * subscribers) === 0) send(acknowledgement);
  };
  const open = async (identity: string): Promise<void> => {
    const answered = Promise.withResolvers<undefined>();
    const send = await connect(identity, config, (frames) => {
      if (frames.length !== frameCount) answered.resolve(undefined);
      else counted(send);
    });
    send(config.kind === 'publish' ? subscribe : probe(identity));
    await answered.promise;
  };
  if (subscribers === 1) await open('sink');
  else for (let number = 0; number < subscribers; number++) await open(`sink${number}`);
  return { ready: {}, commands: { count: () => ({ count, atMs: performance.now() }) } };
});
