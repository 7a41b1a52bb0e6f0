import type { AuthEntryExistsError } from '@volttron-ts/auth';
import { VipError } from '@volttron-ts/vip-core';

/** A certificate or key of the instance's own CA that is there but cannot be used; it is never replaced by itself. */
export class CertificateFileError extends VipError {
  override readonly name = 'CertificateFileError';
  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
    super('certificate-file', `The file "${path}" cannot be used: ${why}.`, {
      item: 'certificate',
      value: path,
      remedy: 'Put a copy back; or move it and its companion away, whereupon new ones are made.',
      cause,
    });
  }
}

/** `auth_file.add` and `update_by_index` in the words of the original, which scripts look for. */
export class EntryTakenError extends VipError {
  override readonly name = 'EntryTakenError';
  constructor(cause: AuthEntryExistsError) {
    const what =
      cause.item === 'user_id'
        ? `user_id ${String(cause.value)} is already in use`
        : 'entry matches domain, address and credentials';
    super('auth-entry-exists', `${what} at index [${cause.index}]`, { item: cause.item, value: cause.value, cause });
  }
}

/** Credentials of mechanism CURVE that are no key, in the words of the original. */
export class PublicKeyInvalidError extends VipError {
  override readonly name = 'PublicKeyInvalidError';
  constructor(given: string) {
    super('auth-entry-invalid', `Invalid CURVE public key ${given}`, { item: 'credentials', value: given });
  }
}

/** What a method of this identity demands cannot be changed. */
export class MethodAuthorizationError extends VipError {
  override readonly name = 'MethodAuthorizationError';
  constructor(identity: string, why: string) {
    super('method-authorization', `The methods of "${identity}" cannot be authorized: ${why}.`, {
      item: 'identity',
      value: identity,
      remedy: 'vctl auth list shows the identities of agents.',
    });
  }
}
