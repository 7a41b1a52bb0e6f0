import { installedAgents } from '@volttron-ts/aip';
import type { InstalledAgent } from '@volttron-ts/aip';
import { ignore, invalid, use } from './home-item.ts';
import type { HomeItem } from './home-item.ts';
import type { HomeLook } from './home-look.ts';

/** The installed agents. Those of the original stay where they are, and so do their keys and entries. */
export async function lookAtAgents({ home }: HomeLook): Promise<readonly HomeItem[]> {
  return (await installedAgents(home)).map(itemOf);
}

function itemOf({ uuid, name, identity, kind }: InstalledAgent): HomeItem {
  const path = `agents/${uuid}`;
  switch (kind) {
    case 'node':
      return use(path, `${name} (${identity})`);
    case 'python':
      return ignore(
        path,
        `${name} (${identity}) is a Python agent, which ours lists, tags and removes, and cannot start`,
      );
    case 'broken':
      return invalid(path, `${name} (${identity}) is no agent of ours or Python's. Remove it by vctl remove ${uuid}.`);
  }
}
