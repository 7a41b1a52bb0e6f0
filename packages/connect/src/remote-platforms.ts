import { InvalidValueError, parseAddress } from '@volttron-ts/vip-core';
import type { RemoteConnection, RemotePlatformOptions, RemotePlatforms } from '@volttron-ts/vip-core';
import { FoundConnection } from './remote-connection.ts';
import type { RemoteConnectionContext } from './remote-connection.ts';

/** What `vip.auth.connectRemotePlatform` stands on: an address, of a bus or of a web service, becomes a connection. */
export function createRemotePlatforms(context: RemoteConnectionContext): RemotePlatforms {
  return {
    connect(address: string, options: RemotePlatformOptions = {}): RemoteConnection {
      checkRemoteAddress(address, options);
      return new FoundConnection(address, options, context);
    },
  };
}

function checkRemoteAddress(address: string, { serverkey }: RemotePlatformOptions): void {
  const scheme = /^(https?|tcp|ipc|amqps?):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === 'amqps' && URL.canParse(address)) return;
  // What an http answer says of a ZMQ platform is held against the key; readings go by CURVE.
  if (scheme === 'http' && serverkey === undefined) throw unsecured(address, scheme);
  if (scheme === 'amqp') throw unsecured(address, scheme);
  if (isWeb(address)) {
    checkPath(address);
    return;
  }
  if (scheme === 'tcp' || scheme === 'ipc') {
    parseAddress(address);
    return;
  }
  throw new InvalidValueError(
    'address',
    address,
    `${address} is no address of a platform.`,
    'Write it as https://HOST:PORT, tcp://HOST:PORT, ipc://PATH or amqps://HOST:PORT/VIRTUAL-HOST.',
  );
}

function unsecured(address: string, scheme: 'http' | 'amqp'): InvalidValueError {
  const problem = `${address} is not secured: certificates and readings would go in the clear.`;
  const orKey = scheme === 'http' ? ', or give the serverkey of a platform on ZMQ' : '';
  return new InvalidValueError('address', address, problem, `Write it as ${scheme}s://HOST:PORT${orKey}.`);
}

const isWeb = (address: string): boolean => /^https?:/i.test(address) && URL.canParse(address);

function checkPath(address: string): void {
  const { pathname, protocol } = new URL(address);
  if (/^\/*$/.test(pathname)) return;
  throw new InvalidValueError('address', address, `${address} has a path.`, `Write it as ${protocol}//HOST:PORT.`);
}
