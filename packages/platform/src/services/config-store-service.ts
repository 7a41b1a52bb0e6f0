import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import type { ConfigStore } from './config-store/config-store.ts';
import { method, none } from './auth/methods.ts';
import type { Methods } from './auth/methods.ts';

/** Usually limited by its argument `identity` to the agent's own store (reference/vip-zmq.md §3.5). */
const EDIT = 'edit_config_store';

const identity = t.String({ title: 'identity' });
const configName = t.String({ title: 'config_name' });
const contents = t.String({ title: 'raw_contents' });
const type = t.String({ title: 'config_type', default: 'raw' });
const trigger = t.Boolean({ title: 'trigger_callback', default: true });
const send = t.Boolean({ title: 'send_update', default: true });
const ofOne = t.Tuple([identity]);

/** `config.store` (reference/vip-zmq.md §5.3): what agents are configured by. Reading is open. */
export function defineConfigStore(store: ConfigStore): AgentDefinition {
  return defineAgent({
    name: 'config.store',
    config: t.Object({}),
    methods: { ...twins(changing(store), changingTwins), ...twins(reading(store), readingTwins) },
  });
}

/** Names that the original has deprecated, of the same methods. */
const changingTwins = {
  set_config: 'manage_store',
  delete_config: 'manage_delete_config',
  delete_store: 'manage_delete_store',
};
const readingTwins = {
  list_stores: 'manage_list_stores',
  list_configs: 'manage_list_configs',
  get_config: 'manage_get',
  get_metadata: 'manage_get_metadata',
};

function twins(methods: Methods, others: Readonly<Record<string, string>>): Methods {
  const entries = Object.entries(methods).flatMap(([name, one]) => {
    const twin = others[name];
    return twin === undefined ? [[name, one] as const] : [[name, one] as const, [twin, one] as const];
  });
  return Object.fromEntries(entries);
}

function changing(store: ConfigStore): Methods {
  return {
    set_config: method({
      requires: EDIT,
      description: 'Stores a configuration; the agent is told NEW or UPDATE.',
      params: t.Tuple([identity, configName, contents, type, trigger, send]),
      call: async ([agent, name, text, kind, triggerCallback, sendUpdate]) => {
        await store.set({ identity: agent, name, triggerCallback, sendUpdate }, kind, text);
        return null;
      },
    }),
    delete_config: method({
      requires: EDIT,
      description: 'Deletes a configuration; the agent is told DELETE.',
      params: t.Tuple([identity, configName, trigger, send]),
      call: async ([agent, name, triggerCallback, sendUpdate]) => {
        await store.delete({ identity: agent, name, triggerCallback, sendUpdate });
        return null;
      },
    }),
    delete_store: method({
      requires: EDIT,
      description: 'Deletes all configurations of an agent; it is told DELETE_ALL.',
      params: ofOne,
      call: async ([agent]) => {
        await store.deleteAll(agent);
        return null;
      },
    }),
    initialize_configs: method({
      requires: EDIT,
      description: 'Tells an agent that starts all its configurations.',
      params: ofOne,
      call: async ([agent]) => {
        await store.initialize(agent);
        return null;
      },
    }),
  };
}

function reading(store: ConfigStore): Methods {
  return {
    list_stores: method({ description: 'Who has a store, sorted.', params: none, call: () => store.identities() }),
    list_configs: method({
      description: 'The names of an agent’s configurations, sorted.',
      params: ofOne,
      call: ([agent]) => store.names(agent),
    }),
    get_config: method({
      description: 'A configuration as text, or parsed when `raw` is false.',
      params: t.Tuple([identity, configName, t.Boolean({ title: 'raw', default: true })]),
      call: async ([agent, name, raw]) => {
        const { entry, contents } = await store.get(agent, name);
        return raw ? entry.data : contents;
      },
    }),
    get_metadata: method({
      description: 'Type, text and time of the last change.',
      params: t.Tuple([identity, configName]),
      call: async ([agent, name]) => {
        const { entry } = await store.get(agent, name);
        return { ...entry, modified: entry['modified'] ?? null };
      },
    }),
  };
}
