/** A captured scenario in which `golden.two` answers. */
export interface AgentCase {
  readonly file: string;
  /** Members of an error's data are in words of our own, which name these things. */
  readonly names?: readonly string[];
  /** Why an answer of ours differs on purpose. */
  readonly because?: string;
}

/** Scenarios in which our agent answers word for word what the Python agent did. */
const asCaptured: readonly AgentCase[] = [
  ...['hello_to_peer', 'raw_ping_peer_wellformed', 'raw_rpc_ascii_escaped', 'raw_rpc_mixed_params_args_kwargs'],
  ...['raw_rpc_numeric_id', 'raw_rpc_numeric_msgid_100', 'raw_rpc_two_message_frames', 'rpc_agent.version'],
  ...['rpc_call_allowed_capability', 'rpc_call_error_exception', 'rpc_call_kinds', 'rpc_call_kwargs', 'rpc_call_mixed'],
  ...['rpc_call_positional', 'rpc_health.get_status', 'rpc_tcp_call'],
].map((name) => ({ file: `vip/${name}.json` }));

export const agentCases: readonly AgentCase[] = [
  ...asCaptured,
  { file: 'vip/raw_rpc_batch.json', names: ['nope'] },
  { file: 'vip/raw_rpc_missing_jsonrpc_version.json', names: [] },
  { file: 'vip/raw_rpc_not_json.json', names: [] },
  { file: 'vip/rpc_invalid_json.json', names: [] },
  { file: 'vip/rpc_call_denied_capability.json', names: ['secret', 'can_secret', 'golden.one'] },
  { file: 'vip/rpc_call_denied_two_caps.json', names: ['two_caps', 'cap_a', 'cap_b', 'golden.one'] },
  { file: 'vip/rpc_call_partial_caps.json', names: ['two_caps', 'cap_a', 'cap_b', 'can_secret', 'golden.cap'] },
  { file: 'vip/rpc_call_error_bad_args.json', names: ['echo', "'x'"] },
  { file: 'vip/rpc_call_error_method_not_found.json', names: ['nomethod'] },
];
