import { InvalidValueError, parseAddress } from '@volttron-ts/vip-core';
import type { RemoteConnection, RemotePlatformOptions, RemotePlatforms } from '@volttron-ts/vip-core';
import { ZmqRemoteConnection } from './remote-connection.ts';
import type { RemoteConnectionContext } from './remote-connection.ts';

/** What `vip.auth.connectRemotePlatform` stands on: an address, of a bus or of a web service, becomes a connection. */
export function createRemotePlatforms(context: RemoteConnectionContext): RemotePlatforms {
  return {
    connect(address: string, options: RemotePlatformOptions = {}): RemoteConnection {
      checkRemoteAddress(address);
      return new ZmqRemoteConnection(address, options, context);
    },
  };
}

function checkRemoteAddress(address: string): void {
  const scheme = /^([a-z+]+):/i.exec(address)?.[1]?.toLowerCase();
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
    'Write it as tcp://HOST:PORT or https://HOST:PORT.',
  );
}
