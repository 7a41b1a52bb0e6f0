import { t } from '@volttron-ts/agent';
import { findAgent, setPriority, setTag } from '@volttron-ts/aip';
import type { AgentInstaller } from '@volttron-ts/aip';
import type { AuthFile } from '@volttron-ts/auth';
import { dismissAgent } from './agent-entry.ts';
import type { AgentRuns } from './agent-runs.ts';
import { inOriginalWords, MANAGE, method, none, textOrNull, uuidOnly } from './control-methods.ts';
import type { Methods } from './control-methods.ts';

export interface ChangingContext {
  readonly home: string;
  readonly runs: AgentRuns;
  readonly installer: AgentInstaller;
  readonly authFile: AuthFile;
  /** Tells the router that an agent is gone: its subscriptions end, its peers hear of it. */
  readonly agentStop: (identity: string) => void;
  /** Asks the router to end the platform. */
  readonly quit: () => void;
}

/** What changes agents, for callers with `manage_agents`; the original asks for nothing. */
export function changingMethods(context: ChangingContext): Methods {
  const { home, runs } = context;
  return {
    tag_agent: method({
      requires: MANAGE,
      params: t.Tuple([t.String({ title: 'uuid' }), textOrNull('tag')]),
      call: async ([uuid, tag]) => done(setTag(home, uuid, tag)),
    }),
    prioritize_agent: method({
      requires: MANAGE,
      params: t.Tuple([
        t.String({ title: 'uuid' }),
        t.Union([t.String(), t.Null()], { title: 'priority', default: '50' }),
      ]),
      call: async ([uuid, priority]) => done(setPriority(home, uuid, priority)),
    }),
    clear_status: method({
      requires: MANAGE,
      params: t.Tuple([t.Boolean({ title: 'clear_all', default: false })]),
      call: async ([all]) => done(runs.clear(all)),
    }),
    start_agent: method({
      requires: MANAGE,
      params: uuidOnly,
      call: async ([uuid]) => done(findAgent(home, uuid).then((agent) => runs.start(agent))),
    }),
    stop_agent: method({ requires: MANAGE, params: uuidOnly, call: async ([uuid]) => done(stop(context, uuid)) }),
    restart_agent: method({
      requires: MANAGE,
      params: uuidOnly,
      call: async ([uuid]) => done(stop(context, uuid).then(async () => runs.start(await findAgent(home, uuid)))),
    }),
    remove_agent: method({
      requires: MANAGE,
      params: t.Tuple([t.String({ title: 'uuid' }), t.Boolean({ title: 'remove_auth', default: true })]),
      call: async ([uuid, removeAuth]) => done(remove(context, uuid, removeAuth)),
    }),
    ...endingMethods(context),
  };
}

function endingMethods({ runs, agentStop, quit }: ChangingContext): Methods {
  return {
    shutdown: method({
      requires: MANAGE,
      params: none,
      call: async () => done(stopAll(runs, agentStop)),
    }),
    stop_platform: method({
      requires: MANAGE,
      params: none,
      call: () => {
        quit();
        return null;
      },
    }),
  };
}

/** Stops every agent that runs, all at once. */
export async function stopAll(runs: AgentRuns, agentStop: (identity: string) => void): Promise<void> {
  await Promise.all(
    runs.running().map(async ({ uuid, identity }) => {
      await runs.stop(uuid);
      agentStop(identity);
    }),
  );
}

async function stop({ home, runs, agentStop }: ChangingContext, uuid: string): Promise<void> {
  const { identity } = await findAgent(home, uuid);
  await runs.stop(uuid);
  agentStop(identity);
}

/** Its key has no right any more before its files are gone. */
async function remove(context: ChangingContext, uuid: string, removeAuth: boolean): Promise<void> {
  const { home, runs, installer, authFile } = context;
  const { publickey, identity } = await findAgent(home, uuid);
  await stop(context, uuid);
  if (removeAuth) {
    await dismissAgent(authFile, publickey);
    await runs.dismiss(identity);
  }
  await installer.remove(uuid);
  await runs.clear(false);
}

/** The original answers null to what it has done. */
async function done(work: Promise<unknown>): Promise<null> {
  await inOriginalWords(work);
  return null;
}
