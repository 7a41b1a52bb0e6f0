import type { Assignment, TestName } from './assignment.ts';

const cli =
  (file: string) =>
  (name: string): TestName => ({ file: `packages/cli/test/${file}.int.test.ts`, name });
const lists = cli('golden-lists');
const entries = cli('golden-entries');
const names = cli('golden-names');
const remote = cli('remote');
const badInput = cli('bad-input');

const files = (...transcripts: readonly string[]): readonly string[] => transcripts.map((name) => `vctl/${name}.txt`);

/** Transcripts of `vctl auth`. */
const replayed: readonly Assignment[] = [
  {
    files: files('auth_list', 'auth_list_1agent', 'auth_list_after_add', 'auth_list_removed'),
    kind: 'replayed',
    by: [lists('prints the entries as the original does in %s')],
  },
  {
    files: files('auth_add_null'),
    kind: 'replayed',
    by: [entries('adds entries by options, and says so in the words of the original')],
  },
  { files: files('auth_add_same'), kind: 'replayed', by: [entries('refuses a user_id in use and a short key')] },
  {
    files: files('auth_add_interactive'),
    kind: 'replayed',
    by: [entries('adds an entry with the questions of the original')],
  },
  {
    files: files('auth_update_interactive'),
    kind: 'replayed',
    by: [entries('updates an entry with the questions of the original, keeping what is answered empty')],
  },
  {
    files: files('auth_remove_confirmed'),
    kind: 'replayed',
    by: [entries('removes an entry with the question of the original')],
  },
  {
    files: files('auth_remove_bad'),
    kind: 'replayed',
    by: [entries('removes entries after a question, and none when the input ends or the answer is no')],
  },
  {
    files: files('auth_rpc_add', 'auth_rpc_remove'),
    kind: 'replayed',
    by: [entries('lets methods of agents demand capabilities, and no longer')],
  },
  {
    files: files(
      ...['auth_add_role', 'auth_list_roles', 'auth_update_role', 'auth_remove_role', 'auth_list_roles_really_empty'],
      ...['auth_add_group', 'auth_add_group2', 'auth_add_group_dup', 'auth_update_group'],
      ...['auth_list_groups', 'auth_list_groups2', 'auth_list_groups_empty', 'auth_list_groups_really_empty'],
      ...['auth_remove_group', 'auth_remove_group2'],
    ),
    kind: 'replayed',
    by: [names('adds, lists, updates and removes roles and groups as the original does')],
  },
  {
    files: files(
      ...['auth_add_known_host', 'auth_list_known_hosts', 'auth_list_known_hosts_after'],
      ...['auth_remove_known_host_noscheme'],
    ),
    kind: 'replayed',
    by: [names('learns, lists and forgets known hosts as the original does, with or without scheme')],
  },
  {
    files: files('auth_serverkey'),
    kind: 'replayed',
    by: [names('prints the server key, from the home and from the platform')],
  },
  { files: files('auth_keypair'), kind: 'replayed', by: [names('makes key pairs')] },
  {
    files: files('auth_publickey', 'auth_publickey_1agent', 'auth_publickey_name'),
    kind: 'replayed',
    by: [names('lists the public keys of installed agents as the original does')],
  },
  {
    files: files('auth_remote_list_pending', 'auth_remote_list_denied', 'auth_remote_list_badstatus'),
    kind: 'replayed',
    by: [remote('says so when nobody asked, and names the three words for another status')],
  },
  {
    files: files('auth_remote_approve'),
    kind: 'replayed',
    by: [remote('lets a waiting key in, silently, and lists it as approved before those that wait')],
  },
  {
    files: files('auth_remote_deny', 'auth_remote_deny_approved'),
    kind: 'replayed',
    by: [remote('denies an approved key, whose session ends')],
  },
  {
    files: files('auth_remote_delete_approved', 'auth_remote_delete_pending'),
    kind: 'replayed',
    by: [remote('forgets an approved and a waiting key')],
  },
];

const differing: readonly Assignment[] = [
  {
    files: files('auth_add'),
    kind: 'differs',
    because: '`--identity` is heeded instead of replaced by the user_id',
    by: [entries('adds entries by options, and says so in the words of the original')],
  },
  {
    files: files('auth_add_short_cred'),
    kind: 'differs',
    because: 'the value stands where the original prints `{}`',
    by: [entries('refuses a user_id in use and a short key')],
  },
  {
    files: files('auth_remove'),
    kind: 'differs',
    because: 'the end of input is one line and exit 1, not a traceback',
    by: [entries('removes entries after a question, and none when the input ends or the answer is no')],
  },
  {
    files: files('auth_update'),
    kind: 'differs',
    because: 'the end of input is one line and exit 1, not a traceback',
    by: [entries('changes nothing when the input ends in the middle of an update')],
  },
  {
    files: files('auth_rpc_list', 'auth_rpc_list_details'),
    kind: 'differs',
    because: 'the command, which the original lacks, lists',
    by: [entries('lets methods of agents demand capabilities, and no longer')],
  },
  {
    files: files('auth_remove_known_host'),
    kind: 'differs',
    because: 'a host is known with or without its scheme, no traceback',
    by: [names('learns, lists and forgets known hosts as the original does, with or without scheme')],
  },
  {
    files: files('auth_remove_known_host_missing'),
    kind: 'differs',
    because: 'the host is named with exit 1, no traceback',
    by: [names('names a known host that is none, in one line with exit code 1')],
  },
  {
    files: files(
      ...['auth_remote_list', 'auth_remote_list_after', 'auth_remote_list_approved', 'auth_remote_list_final'],
      ...['auth_remote_list_swapped', 'auth_remote_list_with_pending'],
    ),
    kind: 'differs',
    because: 'the columns are filled, no traceback',
    by: [
      remote('lists id, address and status of those that wait'),
      remote('lets a waiting key in, silently, and lists it as approved before those that wait'),
    ],
  },
  {
    files: files('auth_remote_approve_denied'),
    kind: 'differs',
    because: 'a note says that a libzmq peer must be restarted',
    by: [remote('approves a denied key, and says what a libzmq peer needs')],
  },
  {
    files: files('auth_remote_approve_unknown', 'auth_remote_delete_unknown'),
    kind: 'differs',
    because: 'the id is named, exit 20',
    by: [remote('names an unknown id (%s)')],
  },
  {
    files: files('bad_command'),
    kind: 'differs',
    because: 'it lists the commands that there are',
    by: [badInput('answers an unknown command as the original does')],
  },
];

const service = (name: string): TestName => ({ file: 'packages/platform/test/auth-service.int.test.ts', name });

/** Calls to `platform.auth`, with which `vctl auth` works. */
const served: readonly Assignment[] = [
  {
    files: ['vip/rpc_auth_get_authorizations.json', 'vip/rpc_auth_get_user_to_capabilities.json'],
    kind: 'replayed',
    by: [service('answers the calls of the capture as the original did')],
  },
  {
    files: ['vip/rpc_auth_approve_denied_no_cap.json'],
    kind: 'differs',
    because: 'same code and type, the method in other quotes',
    by: [service('answers the calls of the capture as the original did')],
  },
];

const agents = cli('golden-agents');
const configs = cli('golden-config');
const peers = cli('golden-peers');
const platform = cli('platform');

/** Transcripts of the other commands. */
const others: readonly Assignment[] = [
  {
    files: files('health', 'list', 'status', 'status_json'),
    kind: 'replayed',
    by: [agents('says so when none is installed')],
  },
  {
    files: files('health_1agent', 'list_1agent', 'rpc_list_listener', 'status_1agent', 'status_json_1agent'),
    kind: 'replayed',
    by: [agents('installs one, and lists it as the original does')],
  },
  {
    files: files(
      ...['enable_1agent', 'restart_1agent', 'start_again', 'status_final', 'status_stopped', 'stop_1agent'],
      'stop_final',
    ),
    kind: 'replayed',
    by: [agents('stops, starts and restarts it as the original does')],
  },
  {
    files: files('remove_agent', 'status_removed'),
    kind: 'replayed',
    by: [agents('removes it as the original does')],
  },
  {
    files: files('config_get', 'config_list', 'config_list_agent'),
    kind: 'replayed',
    by: [configs('lists and prints what is stored as the original does')],
  },
  {
    files: files('config_delete', 'config_store'),
    kind: 'replayed',
    by: [configs('stores and deletes as the original does')],
  },
  {
    files: files('peerlist'),
    kind: 'differs',
    because: 'ours has one service more, the journal',
    by: [peers('lists the peers of the original, and the service that only ours has')],
  },
  {
    files: files('rpc_list'),
    kind: 'differs',
    because: 'no agents are installed for a bus that the platform does not run',
    by: [peers('lists the methods of control as the original does, but those for another bus')],
  },
  { files: files('rpc_code'), kind: 'replayed', by: [peers('prints calls as the original does')] },
  {
    files: files('version'),
    kind: 'differs',
    because: 'the version is printed, which the original refuses',
    by: [platform('prints the version, which the original refuses')],
  },
  {
    files: files('stats_status'),
    kind: 'differs',
    because: 'there is no such command: what it switches on stops the platform of the original',
    by: [platform('is none: what it switches on stops the platform of the original')],
  },
  {
    files: files('tag_1agent', 'tag_help'),
    kind: 'differs',
    because: 'the same arguments and options in our own words',
    by: [cli('agents')('has the arguments and options of the original')],
  },
];

export const vctlRows: readonly Assignment[] = [...replayed, ...differing, ...served, ...others];
