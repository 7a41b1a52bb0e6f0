import { t } from '@volttron-ts/agent';
import type { AuthFile, SnapshotAuthorizer } from '@volttron-ts/auth';
import { UnauthorizedError } from '@volttron-ts/vip-core';
import { method } from './methods.ts';
import type { Methods } from './methods.ts';

/** Why a user may not publish to a topic or subscribe to a prefix; undefined when it may. */
export interface TopicRefusals {
  publishRefusal(user: string, topic: string): string | undefined;
  subscribeRefusal(user: string, prefix: string): string | undefined;
}

const identity = t.String({ title: 'identity' });
const access = t.Union([t.Literal('publish'), t.Literal('subscribe'), t.Literal('pubsub')], { title: 'access' });

/**
 * What agents of modular VOLTTRON (core 2.x) ask `platform.auth`, and do not go on without: which of their own methods
 * are protected, at each call of one whether its caller may, and before they publish or subscribe whether they may.
 * Answered from the rules that hold for everybody.
 */
export function modularMethods(file: AuthFile, authorizer: SnapshotAuthorizer, topics: TopicRefusals): Methods {
  return {
    get_protected_rpcs: method({
      params: t.Tuple([identity]),
      call: ([id]) =>
        demands(file)
          .filter((demand) => demand.agent === id)
          .map((demand) => demand.name),
    }),
    check_rpc_authorization: method({
      params: t.Tuple([
        identity,
        t.String({ title: 'method_name', description: 'identity of the agent, a dot, its method' }),
        t.Record(t.String(), t.Unknown(), { title: 'method_args' }),
      ]),
      call: ([user, called, args]) => {
        const needed = demands(file).filter(({ agent, name }) => `${agent}.${name}` === called);
        const missing = needed
          .flatMap((demand) => demand.capabilities)
          .find((one) => !authorizer.allows(user, one, args));
        if (missing === undefined) return true;
        throw new UnauthorizedError(`method ${called} requires capability ${missing}, which user ${user} lacks`, {
          item: called,
          value: user,
          remedy: `Give ${user} the capability ${missing}.`,
        });
      },
    }),
    check_pubsub_authorization: method({
      params: t.Tuple([identity, t.String({ title: 'topic_pattern' }), access]),
      call: ([user, topic, how]) => {
        const mayPublish = how === 'subscribe' || topics.publishRefusal(user, topic) === undefined;
        return mayPublish && (how === 'publish' || topics.subscribeRefusal(user, topic) === undefined);
      },
    }),
    is_protected_topic: method({
      params: t.Tuple([t.String({ title: 'topic_name_pattern' })]),
      call: ([topic]) =>
        topics.publishRefusal(NOBODY, topic) !== undefined || topics.subscribeRefusal(NOBODY, topic) !== undefined,
    }),
    get_agent_capabilities: method({
      params: t.Tuple([identity]),
      call: ([user]) => ({
        rpc_capabilities: demands(file)
          .filter(({ capabilities }) => capabilities.every((one) => authorizer.allows(user, one)))
          .map(({ agent, name }) => `${agent}.${name}`),
      }),
    }),
  };
}

/** No user has an empty name, and so no capability. */
const NOBODY = '';

interface Demand {
  readonly agent: string;
  readonly name: string;
  readonly capabilities: readonly string[];
}

/** Methods of agents that need a capability; an empty name is none (reference/vip-zmq.md §3.5). */
function demands(file: AuthFile): Demand[] {
  return file.contents.allow
    .filter((entry) => entry.enabled && entry.identity !== null)
    .flatMap((entry) =>
      Object.entries(entry.rpc_method_authorizations).map(([name, capabilities]) => ({
        agent: entry.identity ?? '',
        name,
        capabilities: capabilities.filter((one) => one !== ''),
      })),
    )
    .filter(({ capabilities }) => capabilities.length > 0);
}
