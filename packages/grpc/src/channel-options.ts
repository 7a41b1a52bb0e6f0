import { readFile } from 'node:fs/promises';
import { checker, t } from '@volttron-ts/vip-core';
import { ChannelFileError, ChannelOptionError } from './errors.ts';
import { readFragment } from './fragment.ts';

/** Which end of the channel: each has its own default names of files. */
export type Role = 'server' | 'client';

/** Options of a channel, named as in the configuration (seed 003; certificate-plugins-and-grpc.md A.1). */
export interface ChannelOptions {
  /** HOST:PORT to listen at or to dial. */
  readonly target: string;
  readonly use_secure_connection: boolean;
  /** Paths of PEM files, from the working directory: own key, own chain, root of the other side. */
  readonly ssl_private_key: string;
  readonly ssl_cert: string;
  readonly ssl_root_cert: string;
  /** Options of gRPC itself, such as `grpc.ssl_target_name_override`; a given list replaces the default one. */
  readonly options: readonly (readonly [name: string, value: string | number])[];
}

/** So many bytes a message may have when nothing else is said; larger ones need it several times in memory. */
export const DEFAULT_MESSAGE_BYTES = 1_000_000_000;

export const defaultsOf = (role: Role): ChannelOptions => ({
  target: 'localhost:8024',
  use_secure_connection: false,
  ssl_private_key: `data/certificates/${role}.key`,
  ssl_cert: `data/certificates/${role}.crt`,
  ssl_root_cert: 'data/certificates/rootCA.pem',
  options: [
    ['grpc.max_send_message_length', DEFAULT_MESSAGE_BYTES],
    ['grpc.max_receive_message_length', DEFAULT_MESSAGE_BYTES],
    ['grpc.ssl_target_name_override', 'localhost'],
  ],
});

const File = t.String({ minLength: 1 });
const Given = t.Object({
  target: t.Optional(t.String({ pattern: '^.+:[0-9]{1,5}$' })),
  use_secure_connection: t.Optional(t.Union([t.Boolean(), t.String()])),
  ssl_private_key: t.Optional(File),
  ssl_cert: t.Optional(File),
  ssl_root_cert: t.Optional(File),
  options: t.Optional(t.Array(t.Tuple([t.String({ pattern: '^grpc' }), t.Union([t.String(), t.Number()])]))),
});
const asGiven = checker(Given);

const NESTED = 'grpc_configuration';
const names = Object.keys(defaultsOf('server'));

/**
 * Reads the options of a channel from a configuration, where they stand flat or in `grpc_configuration`, which goes before.
 * Everything else in it is somebody else's. Throws ChannelOptionError, InvalidValueError.
 */
export function readChannelOptions(
  configuration: Readonly<Record<string, unknown>>,
  role: Role,
): { readonly options: ChannelOptions; readonly warnings: readonly string[] } {
  const nested = configuration[NESTED] ?? {};
  if (typeof nested !== 'object' || Array.isArray(nested)) {
    throw new ChannelOptionError(`"${NESTED}" is no object.`, { item: NESTED, value: nested });
  }
  const flat = Object.fromEntries(Object.entries(configuration).filter(([name]) => names.includes(name)));
  const given = asGiven({ ...flat, ...nested }, 'the options of the gRPC channel');
  const warnings: string[] = [];
  const defaults = defaultsOf(role);
  const { use_secure_connection: secure = defaults.use_secure_connection, ...rest } = given;
  return { options: { ...defaults, ...rest, use_secure_connection: readBoolean(secure, warnings) }, warnings };
}

/** The key that names a file with such options, as that system's documentation writes them. */
const FILE = 'grpc_configuration_file';

/**
 * The same for an agent, whose configuration may name a file with the options; what stands in the configuration itself goes
 * before. Throws ChannelFileError, ChannelOptionError, InvalidValueError.
 */
export async function loadChannelOptions(
  configuration: Readonly<Record<string, unknown>>,
  role: Role,
): Promise<ReturnType<typeof readChannelOptions>> {
  const path = configuration[FILE];
  if (typeof path !== 'string') return readChannelOptions(configuration, role);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ChannelFileError(FILE, path, 'cannot be read', 'Name the file with the options of the channel.', error);
  });
  const fragment = readFragment(text);
  const own = Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== undefined));
  const { options, warnings } = readChannelOptions({ ...fragment.values, ...own }, role);
  return { options, warnings: [...fragment.warnings, ...warnings] };
}

function readBoolean(value: boolean | string, warnings: string[]): boolean {
  if (typeof value !== 'string') return value;
  if (value !== 'True' && value !== 'False') {
    throw new ChannelOptionError(`use_secure_connection is "${value}".`, {
      item: 'use_secure_connection',
      value,
      remedy: 'Write true or false, without quotes.',
    });
  }
  warnings.push(`Write ${value.toLowerCase()} instead of "${value}" for use_secure_connection.`);
  return value === 'True';
}
