import { startAuth } from './auth.ts';
import { startConfigStore } from './config-store.ts';
import { startControl } from './control.ts';
import type { RunningControl } from './control.ts';
import { startHealth } from './health.ts';
import { startJournal } from './journal.ts';
import { startKeyDiscovery } from './key-discovery.ts';
import type { ServiceKit } from './kit.ts';
import { startProtectedTopics } from './protected-topics.ts';

/** Starts the services that are there before the platform's sockets are, in this order; settles when all are peers. */
export async function startServices(kit: ServiceKit): Promise<RunningControl> {
  startAuth(kit);
  await startProtectedTopics(kit);
  await startConfigStore(kit);
  startHealth(kit);
  startKeyDiscovery(kit);
  startJournal(kit);
  const control = startControl(kit);
  await Promise.all(kit.services.map(async ({ vip }) => vip.hello('')));
  return control;
}
