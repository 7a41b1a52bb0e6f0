import { VipError } from '@volttron-ts/vip-core';

/** The configuration names no platform to forward to. */
export class NoDestinationError extends VipError {
  override readonly name = 'NoDestinationError';
  constructor() {
    super('no-destination', 'The forwarder has no destination.', {
      item: 'destination-vip',
      remedy: 'Set destination-vip to tcp://HOST:PORT or destination-address to https://HOST:PORT.',
    });
  }
}

/** The file with the destination's root certificate cannot be read. */
export class RootCertificateError extends VipError {
  override readonly name = 'RootCertificateError';
  constructor(path: string, cause: unknown) {
    super('root-certificate', `The root certificate ${path} cannot be read.`, {
      item: 'destination-root-certificate',
      value: path,
      remedy: 'Copy the PEM file of the destination’s root certificate there.',
      cause,
    });
  }
}
