/** Our whole router, which lets in whom an auth file's entries let in. */
import { createAuthenticator } from '@volttron-ts/auth';
import { accessTable } from './access-entries.ts';
import type { AccessConfig } from './access-entries.ts';
import type { RouterConfig } from './router-config.ts';
import { delayCommands } from './router-config.ts';
import { serve } from './serve.ts';
import { startRouter } from './start-router.ts';

await serve(async (given) => {
  const config = given as RouterConfig & AccessConfig;
  const router = await startRouter(config, createAuthenticator(accessTable(config)));
  return { ready: { endpoint: router.addresses[0] }, commands: delayCommands() };
});
