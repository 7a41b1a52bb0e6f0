/** Our whole router; who connects is who it says. */
import type { RouterConfig } from './router-config.ts';
import { delayCommands } from './router-config.ts';
import { serve } from './serve.ts';
import { startRouter } from './start-router.ts';

await serve(async (config) => {
  const authenticator = {
    authenticate: ({ identity }: { readonly identity: string }) => ({ status: 200, user: identity }) as const,
  };
  const router = await startRouter(config as RouterConfig, authenticator);
  return { ready: { endpoint: router.addresses[0] }, commands: delayCommands() };
});
