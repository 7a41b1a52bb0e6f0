import type { Assignment, TestName } from './assignment.ts';
import { platformCases } from './router-cases.ts';

const here =
  (file: string) =>
  (name: string): TestName => ({ file: `e2e/golden/test/${file}.int.test.ts`, name });
const platform =
  (file: string) =>
  (name: string): TestName => ({ file: `packages/platform/test/${file}.int.test.ts`, name });
const life = here('agent-life-replay');
const said = life('says what $identity said: $file');
const routing = here('router-replay');
const control = platform('control-golden');
const auth = platform('golden-auth');
const services = platform('golden-services');

/** Further tests of scenarios that are played to our router. */
const further: Readonly<Record<string, readonly TestName[]>> = {
  'vip/auth_push_on_auth_file_change.json': [
    auth('tells every peer what users may do when the file changes: vip/auth_push_on_auth_file_change.json'),
    said,
  ],
  'vip/protected_topic_publish_denied.json': [
    life('rejects a publication to a protected topic with what the router says: vip/protected_topic_publish_denied.json'),
  ],
  'vip/raw_external_rpc.json': [
    life('calls a peer of a platform by its name, in the form of vip/raw_external_rpc.json'),
  ],
};

/** One row for each scenario of the platform's services that is played to our router. */
const routed = platformCases.map(({ file, cut, because }): Assignment => {
  const more = further[file] ?? [];
  if (because !== undefined) {
    return {
      files: [file],
      kind: 'differs',
      because,
      by: [routing('differs on purpose: $file, for $because'), ...more],
    };
  }
  const name =
    cut === true
      ? 'sends what the Python router sent, and the answer that the capture lacks: $file'
      : 'sends what the Python router sent: $file';
  return { files: [file], kind: 'replayed', by: [routing(name), ...more] };
});

/** Captures of the platform's services and of agents that use them. */
export const serviceRows: readonly Assignment[] = [
  ...routed,
  {
    files: ['vip/agent_startup_with_config_store.json', 'vip/connect_ipc_golden.two_with_rpc_update.json'],
    kind: 'replayed',
    by: [said],
  },
  { files: ['vip/connect_tcp_golden.tcp.json'], kind: 'replayed', by: [said] },
  {
    files: ['vip/config_store_push_update.json'],
    kind: 'replayed',
    by: [said, life('has what the store pushed, and hears of each push: vip/config_store_push_update.json')],
  },
  {
    files: ['vip/channel.json'],
    kind: 'replayed',
    by: [life('brings bytes both ways over a channel: vip/channel.json')],
  },
  {
    files: ['vip/rpc_inspect_peer.json'],
    kind: 'replayed',
    by: [life('exports the same methods: vip/rpc_inspect_peer.json')],
  },
  {
    files: ['vip/control_rpcs.json'],
    kind: 'replayed',
    by: [control('on a platform without agents: vip/control_rpcs.json')],
  },
  {
    files: ['vip/rpc_inspect_control.json'],
    kind: 'differs',
    because: 'no agents are installed for a bus that the platform does not run, and there are no counters',
    by: [
      control('with the same methods, but for what only RabbitMQ needs and the counters: vip/rpc_inspect_control.json'),
    ],
  },
  {
    files: ['vip/session_vctl_agent_lifecycle.json'],
    kind: 'replayed',
    by: [control('over the life of an agent: vip/session_vctl_agent_lifecycle.json'), said],
  },
  {
    files: ['vip/rpc_inspect_platform.auth.json'],
    kind: 'replayed',
    by: [auth('has every method of the original: vip/rpc_inspect_platform.auth.json')],
  },
  {
    files: ['vip/config_store_set_own.json'],
    kind: 'replayed',
    by: [services('an agent about its own configurations: vip/config_store_set_own.json')],
  },
  {
    files: ['vip/config_store_get_missing.json'],
    kind: 'replayed',
    by: [services('what is not there: vip/config_store_get_missing.json')],
  },
  {
    files: [
      ...['config_store_manage', 'config_store_other_identity_denied', 'rpc_config_store_denied'],
      'rpc_config_store_own',
    ].map((name) => `vip/${name}.json`),
    kind: 'replayed',
    by: [services('what they refuse, in the same words: vip/%s.json')],
  },
  {
    files: ['vip/rpc_inspect_config.store.json', 'vip/rpc_inspect_platform.health.json'],
    kind: 'replayed',
    by: [services('what they can: vip/%s.json')],
  },
  {
    files: ['vip/rpc_inspect_platform_web.json'],
    kind: 'replayed',
    by: [platform('platform-web')('can what the Python one could: vip/rpc_inspect_platform_web.json')],
  },
];
