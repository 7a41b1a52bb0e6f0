import { volttronDefinitions } from './broker-files.ts';
import type { ManagementClient } from './management-client.ts';

/**
 * Makes virtual host and exchanges as VOLTTRON has them, where they are missing; `administrator` may use them. Throws
 * ManagementError for what is there in another form.
 */
export async function ensureTopology(
  management: ManagementClient,
  vhost: string,
  administrator: string,
): Promise<void> {
  await management.put(['vhosts', vhost], {});
  await management.put(['permissions', vhost, administrator], { configure: '.*', write: '.*', read: '.*' });
  for (const { name, ...exchange } of volttronDefinitions(vhost).exchanges) {
    await management.put(['exchanges', vhost, name], exchange);
  }
}
