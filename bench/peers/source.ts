/** Sends as fast as the window allows; it waits for the sink's acknowledgements only, never for a router's answer. */
import { connect } from './load-client.ts';
import type { ClientConfig } from './load-client.ts';
import { ACKNOWLEDGE_EVERY, direct, probe, publish } from './messages.ts';
import { serve } from './serve.ts';

const isAcknowledgement = (frames: readonly Uint8Array[]): boolean => frames.length === 5 && frames[4]?.length === 3;

await serve(async (given) => {
  const config = given as ClientConfig;
  const message = config.kind === 'direct' ? direct : publish;
  const answered = Promise.withResolvers<undefined>();
  let free = config.window;
  const fill = (): void => {
    for (; free > 0; free--) send(message);
  };
  const send = await connect('source', config, (frames) => {
    if (isAcknowledgement(frames)) {
      free += ACKNOWLEDGE_EVERY;
      fill();
    } else answered.resolve(undefined);
  });
  send(probe('source'));
  await answered.promise;
  return { ready: {}, commands: { go: fill } };
});
