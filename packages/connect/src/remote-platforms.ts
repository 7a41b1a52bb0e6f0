import { InvalidValueError, parseAddress } from '@volttron-ts/vip-core';
import type { RemoteConnection, RemotePlatformOptions, RemotePlatforms } from '@volttron-ts/vip-core';
import { FoundConnection } from './remote-connection.ts';
import type { RemoteConnectionContext } from './remote-connection.ts';

/** What `vip.auth.connectRemotePlatform` stands on: an address, of a bus or of a web service, becomes a connection. */
export function createRemotePlatforms(context: RemoteConnectionContext): RemotePlatforms {
  return {
    connect(address: string, options: RemotePlatformOptions = {}): RemoteConnection {
      checkRemoteAddress(address);
      return new FoundConnection(address, options, context);
    },
  };
}

function checkRemoteAddress(address: string): void {
  const scheme = /^([a-z+]+):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === 'amqps' && URL.canParse(address)) return;
  if (scheme === 'http' || scheme === 'amqp') {
    const problem = `${address} is not secured: certificates and readings would go in the clear.`;
    throw new InvalidValueError('address', address, problem, `Write it as ${scheme}s://HOST:PORT.`);
  }
  if (scheme === 'https' && URL.canParse(address)) {
    if (/^\/*$/.test(new URL(address).pathname)) return;
    throw new InvalidValueError('address', address, `${address} has a path.`, 'Write it as https://HOST:PORT.');
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
