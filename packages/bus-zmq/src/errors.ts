import { VipError } from '@volttron-ts/vip-core';

/** The platform does not know this key yet; a person may approve it. */
export class PendingApprovalError extends VipError {
  override readonly name = 'PendingApprovalError';
  constructor(address: string, credential: string) {
    super('pending', `The platform at ${address} has not approved the key ${credential} yet.`, {
      item: 'credential',
      value: credential,
      remedy: 'Ask its operator to approve it (vctl auth remote approve, or the approval page).',
    });
  }
}

/** The key is known, but another connection bears the identity; it is tried again, so that its end is enough. */
export class IdentityInUseError extends VipError {
  override readonly name = 'IdentityInUseError';
  constructor(address: string, identity: string) {
    super('identity-in-use', `Another connection to ${address} has the identity "${identity}".`, {
      item: 'identity',
      value: identity,
      remedy: 'End the other one, or take another identity.',
    });
  }
}

/** The handshake ended without an answer that says why: with CURVE, almost always another server key. */
export class HandshakeFailedError extends VipError {
  override readonly name = 'HandshakeFailedError';
  constructor(address: string, serverkey: string, why: string) {
    super('wrong-serverkey', `The handshake with ${address} fails (${why}).`, {
      item: 'serverkey',
      value: serverkey,
      remedy: 'Compare the server key used here with what "vctl auth serverkey" prints on that platform.',
    });
  }
}
