import type { Rpc } from '@volttron-ts/agent';
import type { Privilege } from './privilege-table.ts';

/** What each parameter is given: what changes nothing of this platform, or is refused behind the authorization. */
const byName: Readonly<Record<string, unknown>> = {
  ...{ uuid: 'no-agent', identity: 'meter.1', user_id: 'nobody', credentials: 'no-key', period: 60 },
  ...{ config_name: 'config', raw_contents: '{}', index: 9999, indices: [9999], status: 'GOOD', alert_key: 'matrix' },
  ...{ entry: { credentials: 'no-key' }, auth_entry: {}, groups: 'no-groups', roles: 'no-roles', capabilities: [] },
  ...{ method: 'reset', method_str: 'reset', rpc_methods: {}, authorizations: ['c'], denied_authorizations: ['c'] },
  ...{ rpc_authorizations: {}, method_name: 'meter.1.reset', method_args: {}, access: 'publish' },
  ...{
    bearer: 'no-token',
    endpoint: 'no-path',
    res_type: 'raw',
    regex: '(',
    fn: 'reset',
    root_dir: 'no-path',
    message: 'x',
  },
  ...{
    topic_pattern: 'devices/a',
    topic_name_pattern: 'devices/a',
    auto_allow_csr: false,
    filename: 5,
    channel_name: 'channel',
  },
};

/** Arguments with which a method is asked, taken from what it says of itself. */
export async function argumentsOf(rpc: Rpc, { service, method, about }: Privilege, self: string): Promise<unknown[]> {
  const { params } = (await rpc.call(service, `${method}.inspect`)) as { params: Readonly<Record<string, Parameter>> };
  const required = Object.entries(params).filter(([, parameter]) => !('default' in parameter));
  return required.map(([name]) => {
    if (name === 'identity' && about === 'itself') return self;
    if (!(name in byName)) throw new Error(`${service} ${method} takes "${name}": name an argument for it`);
    return byName[name];
  });
}

interface Parameter {
  readonly default?: unknown;
}
