import { t } from '@volttron-ts/agent';
import { findAgent, identityExists, installedAgents } from '@volttron-ts/aip';
import type { InstalledAgent } from '@volttron-ts/aip';
import type { AgentRuns } from './agent-runs.ts';
import { inOriginalWords, method, none, uuidOnly } from './control-methods.ts';
import type { Methods } from './control-methods.ts';

export interface ReadingContext {
  readonly home: string;
  readonly runs: AgentRuns;
}

/** What `control` answers to everybody (reference/vip-zmq.md §5.2). */
export function readingMethods({ home, runs }: ReadingContext): Methods {
  const about = (tell: (agent: InstalledAgent) => string): Methods[string] =>
    method({
      params: uuidOnly,
      call: async ([uuid]) => tell(await inOriginalWords(findAgent(home, uuid))),
    });
  return {
    peerlist: method({ params: none, call: (_args, { vip }) => vip.peerlist.list() }),
    serverkey: method({ params: none, call: (_args, { vip }) => vip.query('serverkey') }),
    list_agents: method({
      params: none,
      call: async () =>
        (await installedAgents(home)).map(({ name, uuid, tag, priority, identity }) => {
          return { name, uuid, tag, priority, identity };
        }),
    }),
    agent_name: about(({ name }) => name),
    agent_version: about(({ version }) => version),
    agent_vip_identity: about(({ identity }) => identity),
    agent_versions: method({
      params: none,
      call: async () =>
        Object.fromEntries((await installedAgents(home)).map(({ uuid, name, version }) => [uuid, [name, version]])),
    }),
    identity_exists: method({
      params: t.Tuple([t.String({ title: 'identity', minLength: 1 })]),
      call: ([identity]) => identityExists(home, identity),
    }),
    get_all_agent_publickeys: method({
      params: none,
      call: async () =>
        Object.fromEntries((await installedAgents(home)).map(({ identity, publickey }) => [identity, publickey])),
    }),
    ...statusMethods(runs),
  };
}

function statusMethods(runs: AgentRuns): Methods {
  return {
    agent_status: method({ params: uuidOnly, call: ([uuid]) => runs.status(uuid) }),
    // No agent has a Unix user of its own, and without one the original adds no element for it either.
    status_agents: method({
      params: t.Tuple([t.Boolean({ title: 'get_agent_user', default: false })]),
      call: () => runs.all().map(({ agent: { uuid, name, identity }, status }) => [uuid, name, status, identity]),
    }),
  };
}
