import { installedAgents, selectAgents, setTag } from '@volttron-ts/aip';

export async function tagListeners(home: string): Promise<void> {
  const agents = await installedAgents(home);
  for (const { uuid, name, identity, priority, kind } of selectAgents(agents, ['listener*'], { name: true })) {
    console.log(uuid, name, identity, priority ?? '', kind);
    await setTag(home, uuid, 'lt');
  }
}
