import { describe, expect, it } from 'vitest';
import { defaultsOf, readChannelOptions } from './channel-options.ts';
import { readFragment } from './fragment.ts';

/** As it stands in seed 003. */
const SERVER = `{
        "use_secure_connection": True,
        "ssl_private_key": "server.key",
        "ssl_cert": "server.crt",
        "ssl_root_cert": "rootCA.pem"
    }`;

describe('options of the channel', () => {
  it('are read from the fragments of the seed as they stand, with a warning', () => {
    for (const role of ['server', 'client'] as const) {
      const { values, warnings } = readFragment(SERVER.replaceAll('server.', `${role}.`));
      expect(warnings).toEqual(['Write true instead of True: this is JSON.']);
      expect(readChannelOptions(values, role).options).toEqual({
        ...defaultsOf(role),
        use_secure_connection: true,
        ssl_private_key: `${role}.key`,
        ssl_cert: `${role}.crt`,
        ssl_root_cert: 'rootCA.pem',
      });
    }
    expect(readFragment('"use_secure_connection": False, "name": "True",').values).toEqual({
      use_secure_connection: false,
      name: 'True',
    });
  });

  it('have the defaults of their role', () => {
    expect(readChannelOptions({}, 'server').options).toEqual({
      target: 'localhost:8024',
      use_secure_connection: false,
      ssl_private_key: 'data/certificates/server.key',
      ssl_cert: 'data/certificates/server.crt',
      ssl_root_cert: 'data/certificates/rootCA.pem',
      options: [
        ['grpc.max_send_message_length', 1_000_000_000],
        ['grpc.max_receive_message_length', 1_000_000_000],
        ['grpc.ssl_target_name_override', 'localhost'],
      ],
    });
    expect(readChannelOptions({ grpc_configuration: {} }, 'client').options.ssl_cert).toBe(
      'data/certificates/client.crt',
    );
  });

  it('stand flat or nested, the nested ones first; a list replaces the default one', () => {
    const { options } = readChannelOptions(
      { target: 'a:1', ssl_cert: 'flat', workers: 2, grpc_configuration: { target: 'b:2', options: [] } },
      'server',
    );
    expect(options).toMatchObject({ target: 'b:2', ssl_cert: 'flat', options: [] });
  });

  it('take Python booleans in quotes with a warning, and refuse the rest by name', () => {
    const read = readChannelOptions({ use_secure_connection: 'False' }, 'server');
    expect(read).toMatchObject({
      options: { use_secure_connection: false },
      warnings: [expect.stringContaining('false')],
    });
    expect(() => readChannelOptions({ use_secure_connection: 'yes' }, 'server')).toThrow(
      /use_secure_connection is "yes"/,
    );
    expect(() => readChannelOptions({ target: 'nowhere' }, 'server')).toThrow(/target/);
    expect(() => readChannelOptions({ options: [['grpc.x']] }, 'server')).toThrow(/options/);
    expect(() => readChannelOptions({ grpc_configuration: [] }, 'server')).toThrow(/grpc_configuration/);
    expect(() => readFragment('"options": "[[grpc.ssl_target_name_override", "localhost"]]')).toThrow(/is no JSON/);
  });
});
