import { agentCases } from './agent-cases.ts';
import type { Assignment, TestName } from './assignment.ts';
import { certificateRows } from './certificate-rows.ts';
import { requestRows } from './request-rows.ts';
import { routerCases } from './router-cases.ts';
import { serviceRows } from './service-rows.ts';
import { vctlRows } from './vctl-rows.ts';

const test = (file: string, name: string): TestName => ({ file, name });
const here = (file: string, name: string): TestName => test(`e2e/golden/test/${file}.int.test.ts`, name);
const auth = (file: string, name: string): TestName => test(`packages/auth/test/${file}.int.test.ts`, name);
const platform = (file: string, name: string): TestName => test(`packages/platform/test/${file}.int.test.ts`, name);
const commands = (name: string): TestName => test('packages/cli/test/command-tree.int.test.ts', name);
const web = (name: string): TestName => test('packages/web/test/web-server.int.test.ts', name);
const takeOver = (name: string): TestName => test('e2e/take-over/test/take-over.int.test.ts', name);
const libzmq = (name: string): TestName => test('e2e/bus-contract/test/libzmq-peers.int.test.ts', name);

const routed = here('router-replay', 'sends what the Python router sent: $file');
const routedCut = here(
  'router-replay',
  'sends what the Python router sent, and the answer that the capture lacks: $file',
);
const answered = here('agent-replay', 'answers as the Python agent did: $file');

/** Further tests of scenarios, and why an answer of ours differs. */
const special: Readonly<Record<string, { readonly by: TestName; readonly because?: string }>> = {
  'vip/duplicate_identity_second_connection.json': {
    by: here('router-replay', 'keeps the first of two peers with one identity and closes the second'),
  },
  'vip/heartbeat_publish.json': {
    by: here('agent-replay', 'beats as the Python agent did: vip/heartbeat_publish.json'),
  },
  'vip/peer_disconnect_clean_stop_golden.tcp.json': {
    by: here('agent-replay', 'says goodbye as the Python agent did: vip/peer_disconnect_clean_stop_golden.tcp.json'),
  },
  'vip/rpc_health.set_status_publish_alert.json': {
    by: here('agent-replay', 'alerts as the Python agent did: vip/rpc_health.set_status_publish_alert.json'),
  },
  'vip/rpc_notify.json': { by: here('agent-replay', 'runs a notification and answers nothing: vip/rpc_notify.json') },
  'vip/raw_unknown_peer_numeric_msgid.json': {
    by: test(
      'packages/router/test/router.int.test.ts',
      'quotes a numeric id in an error, so that a Python caller can match it',
    ),
    because: 'the id comes back in quotes, so that a Python caller recovers it instead of waiting for ever',
  },
  'vip/rpc_call_error_unknown_peer.json': {
    by: test(
      'packages/router/test/router.int.test.ts',
      'quotes a numeric id in an error, so that a Python caller can match it',
    ),
    because: 'the id comes back in quotes, so that a Python caller recovers it instead of waiting for ever',
  },
  'vip/raw_rpc_utf8_unescaped.json': {
    by: here('agent-replay', 'gets text whole that the Python router corrupts: vip/raw_rpc_utf8_unescaped.json'),
    because: 'frames pass untouched; the original reads UTF-8 as Latin-1 and corrupts it',
  },
  'vip/rpc_inspect_method.json': {
    by: here('agent-replay', 'describes a method without the place of its source: vip/rpc_inspect_method.json'),
    because: 'the file and line of a method stay in its process',
  },
  'vip/unknown_subsystem_peer.json': {
    by: here(
      'agent-replay',
      'names the peer in an error about a subsystem, so that Python callers hear it: vip/unknown_subsystem_peer.json',
    ),
    because: 'four arguments instead of three, which Python receivers ignore',
  },
};

/** One row for each scenario that is played to our router or our agent. */
function scenarios(): Assignment[] {
  const agent = new Map(agentCases.map((scenario) => [scenario.file, scenario]));
  return routerCases.map((scenario): Assignment => {
    const { file, cut, because } = scenario;
    const more = special[file];
    if (because !== undefined) {
      return {
        files: [file],
        kind: 'differs',
        because,
        by: [here('router-replay', 'differs on purpose: $file, for $because')],
      };
    }
    const by = [
      cut ? routedCut : routed,
      ...(agent.has(file) ? [answered] : []),
      ...(more === undefined ? [] : [more.by]),
    ];
    if (more?.because !== undefined) return { files: [file], kind: 'differs', because: more.because, by };
    const words = agent.get(file)?.names;
    return words === undefined || words.length === 0
      ? { files: [file], kind: 'replayed', by }
      : { files: [file], kind: 'differs', because: 'same code and type, the text in words of our own', by };
  });
}

export const assignments: readonly Assignment[] = [
  ...scenarios(),
  ...vctlRows,
  {
    files: ['vip/rpc_batch.json'],
    kind: 'differs',
    because: 'the Python client fails before it sends anything; batches are served',
    by: [answered],
  },
  {
    files: ['vip_frame_transform_table.json'],
    kind: 'differs',
    because: 'frames pass untouched instead of being parsed and reprinted',
    by: [
      here('router-replay', '$sent_b64 passes our router untouched'),
      here('router-replay', '$sent_b64 is known to become $received_b64'),
    ],
  },
  {
    files: ['vip/zap_unknown_key_tcp.json'],
    kind: 'replayed',
    by: [libzmq('meets silence while its key waits for approval, and comes in by itself afterwards')],
  },
  {
    files: ['vip/zap_wrong_serverkey_tcp.json'],
    kind: 'replayed',
    by: [libzmq('does not get in with another server key')],
  },
  {
    files: ['vip/zap_null_mechanism_ipc.json'],
    kind: 'replayed',
    by: [libzmq('does not get in without keys where the platform has them')],
  },
  {
    files: ['*/keystore', '*/keystore.json'],
    kind: 'replayed',
    by: [
      here('home', 'the key store %s holds a pair as VOLTTRON wrote it'),
      auth('key-store', 'of VOLTTRON 9 (%s) is read as it is, and never written'),
    ],
  },
  {
    files: ['vhomeA/auth.json', 'vhomeB/auth.json'],
    kind: 'replayed',
    by: [auth('auth-file', '%s is read whole, and written back equal'), auth('auth-file', 'are those of VOLTTRON 9, whose control asks for no capability, and let control manage agents')],
  },
  { files: ['auth_setup_mode.json'], kind: 'replayed', by: [auth('auth-file', 'of setup mode is read whole')] },
  {
    files: ['vhomeA/auth.json.*.bak', 'vhomeB/auth.json.*.bak'],
    kind: 'replayed',
    by: [auth('auth-file', 'may be missing or empty, and is made with mode 0600 when first written')],
  },
  {
    files: ['vhomeA/known_hosts', 'vhomeB/known_hosts'],
    kind: 'replayed',
    by: [auth('known-hosts', 'of VOLTTRON 9 (%s) are read and written back equal')],
  },
  {
    files: ['vhomeA/config', 'vhomeB/config'],
    kind: 'replayed',
    by: [here('home', 'the configuration of %s is read as VOLTTRON wrote it')],
  },
  {
    files: ['vhomeA/web-users.json'],
    kind: 'replayed',
    by: [auth('web-users', 'works with a hash of VOLTTRON 9')],
  },
  {
    files: ['logs/router_auth_lines.txt'],
    kind: 'replayed',
    by: [test('packages/auth/src/auth-log.unit.test.ts', 'with a userid is the one of VOLTTRON 9.0.4: %s')],
  },
  {
    files: ['http/discovery.txt', 'http/discovery_post.txt', 'http/http_discovery_no_vip_address.txt'],
    kind: 'replayed',
    by: [web('answers discovery as VOLTTRON did in %s')],
  },
  {
    files: ['http/discovery_noslash.txt'],
    kind: 'replayed',
    by: [web('has nothing at /discovery without the slash, as VOLTTRON')],
  },
  ...serviceRows,
  ...certificateRows,
  { files: ['vctl_command_tree.json'], kind: 'replayed', by: [commands('are those of the original, with its options')] },
  {
    files: ['vhomeA.layout.txt', 'vhomeB.layout.txt'],
    kind: 'replayed',
    by: [platform('golden-home', 'a home of ours has the places of %s, open to nobody else')],
  },
  {
    files: ['http/discovery_allow.txt'],
    kind: 'differs',
    because: 'nobody adds a key without logging in',
    by: [platform('golden-auth', 'lets nobody add a key over the web: http/discovery_allow.txt')],
  },
  {
    files: ['IDENTITY', 'TAG', 'METADATA', 'RECORD', 'WHEEL', 'config', 'entry_points.txt'].map(
      (name) => `vhomeB/agents/*/${name}`,
    ),
    kind: 'replayed',
    by: [
      test('packages/aip/test/installed-agents.int.test.ts', 'finds the agents of a Python home'),
      test('packages/aip/test/installed-agents.int.test.ts', 'are kept as the original keeps them, and nothing else changes'),
    ],
  },
  {
    files: ['vhomeA/protected_topics.json', 'vhomeB/protected_topics.json'],
    kind: 'replayed',
    by: [takeOver('is an empty protected_topics.json, on which the platform starts')],
  },
  {
    files: ['vhomeB/VOLTTRON_PID'],
    kind: 'replayed',
    by: [takeOver('is the VOLTTRON_PID of a process that is gone, in whose place ours puts its own')],
  },
  ...requestRows,
  { files: ['http/vui*', 'http/gs_jsonrpc_noauth.txt'], kind: 'issue', issue: 9 },
];
