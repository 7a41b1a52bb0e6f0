import type { InstalledAgent } from '@volttron-ts/aip';
import { agentEntry, ensureEntries } from '@volttron-ts/auth';
import type { AuthContents, AuthFile } from '@volttron-ts/auth';
import { AgentEntryTakenError } from '../../errors.ts';

/**
 * Lets an installed agent onto the bus. Who may install agents may not, by that, take over what another user holds: an
 * entry of the agent's name keeps its key, unless that was the key of the agent which this one replaced.
 *
 * @param oldKey of the agent that this one replaced; empty for none
 * @throws AgentEntryTakenError
 */
export async function admitAgent(file: AuthFile, agent: InstalledAgent, oldKey: string): Promise<void> {
  checkEntry(file.contents, agent, oldKey);
  await ensureEntries(file, [agentEntry(agent.identity, agent.publickey)]);
}

function checkEntry({ allow }: AuthContents, { identity, publickey }: InstalledAgent, oldKey: string): void {
  const named = allow.find((entry) => entry.user_id === identity);
  if (named !== undefined && named.credentials !== publickey && named.credentials !== oldKey) {
    throw new AgentEntryTakenError('user_id', identity);
  }
  const keyed = allow.find((entry) => entry.credentials === publickey && entry.user_id !== identity);
  if (keyed !== undefined) throw new AgentEntryTakenError('credentials', publickey);
}

/** Takes an agent's entry away, if it has one. */
export async function dismissAgent(file: AuthFile, publickey: string): Promise<void> {
  if (publickey !== '' && file.find(publickey, 'allow').length > 0) await file.removeCredential(publickey, 'allow');
}
