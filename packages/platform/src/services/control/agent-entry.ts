import type { Admission, InstalledAgent } from '@volttron-ts/aip';
import { agentEntry, ensureEntries } from '@volttron-ts/auth';
import type { AuthContents, AuthFile } from '@volttron-ts/auth';
import { AgentEntryTakenError } from '../../errors.ts';

/** How agents are let onto the bus: by entries of their keys. */
export function admissionBy(file: AuthFile): Admission {
  return {
    admit: async (agent, old, capabilities) => {
      checkEntry(file.contents, agent, old?.publickey ?? '');
      const further = Object.fromEntries(capabilities.map((name) => [name, null]));
      await ensureEntries(file, [agentEntry(agent.identity, agent.publickey, further)]);
    },
    withdraw: (agent, old) => withdrawAgent(file, agent, old?.publickey ?? ''),
  };
}

/**
 * Who may install agents may not, by that, take over what another user holds: an entry of the agent's name keeps its
 * key, unless that was the key of the agent which this one replaces.
 *
 * @param oldKey empty for none
 * @throws AgentEntryTakenError
 */
function checkEntry({ allow }: AuthContents, { identity, publickey }: InstalledAgent, oldKey: string): void {
  const named = allow.find((entry) => entry.user_id === identity);
  if (named !== undefined && named.credentials !== publickey && named.credentials !== oldKey) {
    throw new AgentEntryTakenError('user_id', identity);
  }
  const keyed = allow.find((entry) => entry.credentials === publickey && entry.user_id !== identity);
  if (keyed !== undefined) throw new AgentEntryTakenError('credentials', publickey);
}

/** Gives the entry back to the agent that keeps its place; where there is none, nobody has need of it. */
async function withdrawAgent(file: AuthFile, { identity, publickey }: InstalledAgent, oldKey: string): Promise<void> {
  const entry = file.contents.allow.find(({ user_id }) => user_id === identity);
  if (entry?.credentials !== publickey || oldKey === publickey) return;
  if (oldKey === '') await file.removeCredential(publickey, 'allow');
  else await ensureEntries(file, [agentEntry(identity, oldKey)]);
}

/** Takes an agent's entry away, if it has one. */
export async function dismissAgent(file: AuthFile, publickey: string): Promise<void> {
  if (publickey !== '' && file.find(publickey, 'allow').length > 0) await file.removeCredential(publickey, 'allow');
}
