import type { Subscriptions } from './replay.ts';

/** A captured scenario that is played to our router. */
export interface RouterCase {
  readonly file: string;
  readonly before?: Subscriptions;
  /** Peers that are services of the platform's own. */
  readonly trusted?: readonly string[];
  /** Answers of ours by recipient, as text, behind or instead of those of the capture. */
  readonly ours?: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** The capture lacks what came after its last frame: reference/vip-zmq.md §2.7 has it, and so have we. */
  readonly cut?: true;
  /** Why ours differs on purpose. */
  readonly because?: string;
}

const health = { 'platform.health': ['heartbeat'] };
const one = { 'golden.one': ['devices/a'] };

const response = (id: string, value: string, peer = 'raw.one'): NonNullable<RouterCase['ours']> => ({
  [peer]: [['', 'VIP1', peer, id, 'pubsub', 'request_response', value]],
});

/** A refusal and the answer that is waited for. */
const refusal = (id: string, text: string, value: string, peer: string): NonNullable<RouterCase['ours']> => ({
  [peer]: [['', 'VIP1', peer, id, 'error', '-32600', text, '', 'pubsub'], ...(response(id, value, peer)[peer] ?? [])],
});

/** Scenarios whose every frame comes out as it did, corrected as reference/vip-zmq.md §9 says. */
const asCaptured: readonly RouterCase[] = [
  ...['connect_ipc_golden.one', 'duplicate_identity_second_connection', 'hello_to_peer', 'hello_to_router'],
  ...['peer_disconnect_clean_stop_golden.tcp', 'peerlist_add_peer', 'peerlist_drop_peer', 'peerlist_list'],
  ...['peerlist_list_with_messagebus', 'peerlist_missing_op', 'ping_peer', 'ping_router', 'ping_unknown_peer'],
  ...['pubsub_publish_bus_x', 'pubsub_publish_no_subscribers', 'pubsub_subscribe', 'pubsub_subscribe_all_platforms'],
  ...['pubsub_subscribe_second_same_prefix', 'pubsub_resubscribe_then_synchronize', 'pubsub_unsubscribe_all_platforms'],
  ...['pubsub_unsubscribe_everything', 'pubsub_unsubscribe_one_prefix', 'query_addresses'],
  ...['query_agent-monitor-frequency', 'query_bind-web-address', 'query_instance-name', 'query_local_address'],
  ...['query_message-bus', 'query_nope', 'query_platform-version', 'query_serverkey', 'query_volttron-central-address'],
  ...['query_volttron-central-serverkey', 'quit_not_authorized', 'raw_bad_proto', 'raw_error_to_router'],
  ...['raw_hello_ipc', 'raw_hello_tcp', 'raw_ping_peer_wellformed', 'raw_ping_router', 'raw_ping_router_no_args'],
  ...['raw_pubsub_publish_missing_body', 'raw_rpc_ascii_escaped', 'raw_rpc_batch', 'raw_rpc_missing_jsonrpc_version'],
  ...['raw_rpc_mixed_params_args_kwargs', 'raw_rpc_not_json', 'raw_rpc_numeric_id', 'raw_rpc_numeric_msgid_100'],
  ...['raw_rpc_two_message_frames', 'raw_rpc_utf8_unescaped', 'raw_too_few_frames', 'raw_unknown_peer_ehostunreach'],
  ...['raw_unknown_peer_numeric_msgid', 'rpc_agent.version', 'rpc_call_allowed_capability'],
  ...['rpc_call_denied_capability', 'rpc_call_denied_two_caps', 'rpc_call_error_bad_args', 'rpc_call_error_exception'],
  ...['rpc_call_error_method_not_found', 'rpc_call_error_unknown_peer', 'rpc_call_kinds', 'rpc_call_kwargs'],
  ...['rpc_call_mixed', 'rpc_call_partial_caps', 'rpc_call_positional', 'rpc_health.get_status'],
  ...['rpc_health.set_status_publish_alert', 'rpc_inspect_method', 'rpc_invalid_json'],
  ...['rpc_notify', 'rpc_tcp_call', 'send_to_stopped_peer_drops', 'unknown_subsystem_peer', 'unknown_subsystem_router'],
].map((name) => ({ file: `vip/${name}.json` }));

/** Scenarios that begin with subscriptions, and those whose capture ends before its answers. */
const withState: readonly RouterCase[] = [
  { file: 'vip/heartbeat_publish.json', before: health },
  { file: 'vip/session_forwarder_to_A.json', before: health },
  { file: 'vip/pubsub_list.json', before: { ...health, ...one } },
  {
    file: 'vip/pubsub_list_all_platforms.json',
    before: { ...health, 'golden.one': [{ all: 'allp/x' }] },
  },
  {
    file: 'vip/pubsub_list_not_subscribed_prefix.json',
    before: { ...health, ...one },
  },
  { file: 'vip/pubsub_list_reverse.json', before: { ...health, ...one } },
  { file: 'vip/pubsub_publish_delivered.json', before: one },
  { file: 'vip/pubsub_publish_from_tcp.json', before: one },
  { file: 'vip/pubsub_publish_no_headers_message.json', before: one },
  {
    file: 'vip/raw_pubsub_publish_numeric_topic.json',
    before: { ...health, 'raw.one': ['a', 'b/c'] },
  },
  {
    file: 'vip/raw_pubsub_publish_self_delivery.json',
    before: { 'raw.one': ['a', 'b/c'] },
    cut: true,
    ours: response('ps3', '1'),
  },
  {
    file: 'vip/raw_pubsub_publish_string_json_body.json',
    cut: true,
    ours: response('ps1', '0'),
  },
  {
    file: 'vip/raw_pubsub_subscribe_prefix_list.json',
    cut: true,
    ours: response('ps2', 'true'),
  },
  {
    file: 'vip/raw_pubsub_unsubscribe_all.json',
    cut: true,
    ours: response('ps8', 'true'),
  },
  {
    file: 'vip/raw_pubsub_unsubscribe_null_prefix.json',
    cut: true,
    ours: response('ps7', 'true'),
  },
];

const differing: readonly RouterCase[] = [
  {
    file: 'vip/agentstop.json',
    because: 'a peer may announce only its own stop; the original drops anyone for anyone',
    ours: {},
  },
  {
    file: 'vip/raw_pubsub_publish_missing_headers_key.json',
    because: 'an error names what is missing, before the count of 0 that the original answers alone',
    ours: refusal(
      'ps6',
      'The body of a publish lacks headers. Send a JSON object with the members bus, headers and message.',
      '0',
      'raw.one',
    ),
  },
  {
    file: 'vip/pubsub_unknown_op_crashes_router.json',
    because: 'an unknown operation is answered with an error and false; the original stops the platform',
    ours: refusal('m5', 'The router\'s pub/sub has no operation "bogus".', 'false', 'golden.one'),
  },
];

const core = ['platform.auth', 'config.store', 'control', 'platform.health', 'keydiscovery', 'platform_web'];

/** Scenarios of the platform's own services, whose peers those are. */
export const platformCases: readonly RouterCase[] = [
  {
    file: 'vip/session_instanceB_startup.json',
    trusted: core,
    cut: true,
    ours: response('1795341283.000000.8745660451162.000000', 'true', 'platform.health'),
  },
  { file: 'vip/auth_push_on_auth_file_change.json', trusted: core, before: health },
  { file: 'vip/keydiscovery_rpcs.json', trusted: core },
  { file: 'vip/rpc_inspect_keydiscovery.json', trusted: core },
  { file: 'vip/protected_topic_publish_denied.json', trusted: core },
  { file: 'vip/raw_routing_table.json' },
  {
    file: 'vip/raw_external_rpc.json',
    because: 'a call to an unknown platform is answered with errno 113; the original answers nothing',
    ours: {
      'raw.one': [['', 'VIP1', 'raw.one', 'er1', 'error', '113', 'No route to host', 'nowhere', 'external_rpc']],
    },
  },
];

export const routerCases: readonly RouterCase[] = [...asCaptured, ...withState, ...differing];
