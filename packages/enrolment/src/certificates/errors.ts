import { VipError } from '@volttron-ts/vip-core';

/** Nobody may have a certificate of this name by such a request. */
export class NameRefusedError extends VipError {
  override readonly name = 'NameRefusedError';
  constructor(name: string, why: string, remedy: string) {
    super('certificate-name-refused', `No certificate is given for ${JSON.stringify(name)}: ${why}.`, {
      item: 'common name',
      value: name,
      remedy,
    });
  }
}

export class TooManyRequestsWaitingError extends VipError {
  override readonly name = 'TooManyRequestsWaitingError';
  constructor(address: string) {
    super('too-many-requests-waiting', `Too many certificate requests wait for a decision already.`, {
      item: 'address',
      value: address,
      remedy: 'Ask again once some were decided on ("vctl auth remote list --status pending").',
    });
  }
}

/** No plugin of the instance's configuration serves such an order. */
export class PluginMissingError extends VipError {
  override readonly name = 'PluginMissingError';
  constructor(name: string, plugins: readonly string[]) {
    const asked = plugins.length === 0 ? 'none is configured' : `asked were ${plugins.join(', ')}`;
    super(
      'certificate-plugin-missing',
      `No certificate plugin serves the order for ${JSON.stringify(name)}; ${asked}.`,
      {
        item: 'certificate-plugins',
        value: plugins.join(','),
        remedy: 'Name a plugin that does in "certificate-plugins" of the instance\'s configuration.',
      },
    );
  }
}

/** What is decided, or has ended, is not changed in this way. */
export class RequestFinalError extends VipError {
  override readonly name = 'RequestFinalError';
  constructor(id: string, status: string) {
    super('request-final', `The request ${id} is ${status}: it has no order under way that could be changed.`, {
      item: 'request',
      value: id,
      remedy: 'Remove it, and ask anew.',
    });
  }
}
