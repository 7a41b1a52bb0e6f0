import { defineAgent, t } from '@volttron-ts/agent';

/** Agent `A` of seed 001: does nothing but live. */
export default defineAgent({
  name: 'Agent-A',
  config: t.Object({}),
  run: ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    }),
});
