import { VipError } from '@volttron-ts/vip-core';

/** The other platform's web service could not be asked, or did not answer a discovery document. */
export class DiscoveryError extends VipError {
  override readonly name = 'DiscoveryError';
  constructor(address: string, why: string, remedy: string, cause?: unknown) {
    super('discovery', `The platform at ${address} cannot be discovered: ${why}.`, {
      item: 'address',
      value: address,
      remedy,
      cause,
    });
  }
}

/** No public key is known for the platform at an address. */
export class UnknownServerKeyError extends VipError {
  override readonly name = 'UnknownServerKeyError';
  constructor(address: string) {
    super('unknown-serverkey', `The server key of ${address} is not known.`, {
      item: 'serverkey',
      value: address,
      remedy: 'Give it as "serverkey", or add it to known_hosts: its operator reads it with "vctl auth serverkey".',
    });
  }
}

/** The key given or discovered is not the one known for that address. */
export class ServerKeyMismatchError extends VipError {
  override readonly name = 'ServerKeyMismatchError';
  constructor(address: string, known: string, given: string) {
    super('serverkey-mismatch', `known_hosts holds the key ${known} for ${address}, but ${given} was given.`, {
      item: 'serverkey',
      value: given,
      remedy: 'If the platform has really a new key, remove the old one from known_hosts; otherwise do not connect.',
    });
  }
}
