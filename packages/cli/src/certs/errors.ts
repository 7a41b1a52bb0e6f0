import { VipError } from '@volttron-ts/vip-core';
import type { PkiError } from '@volttron-ts/pki';

/** A file that was named and does not hold what it should, or holds what nobody should sign; the code is the cause's. */
export class CertificateInputError extends VipError {
  override readonly name = 'CertificateInputError';
  constructor(path: string, cause: PkiError) {
    super(cause.code, `${path}: ${cause.message}`, { item: cause.item, value: path, remedy: cause.remedy, cause });
  }
}

/** Keys and certificates are not lost by a second run. */
export class OutputExistsError extends VipError {
  override readonly name = 'OutputExistsError';
  constructor(path: string, remedy = 'Name another one with --out, or replace it with --force.') {
    super('file-exists', `The file "${path}" is there already.`, { item: 'file', value: path, remedy });
  }
}

export class KeyForeignError extends VipError {
  override readonly name = 'KeyForeignError';
  constructor(key: string, certificate: string) {
    super('key-foreign', `The key "${key}" is not the one of the certificate "${certificate}".`, {
      item: 'private key',
      value: key,
      remedy: 'Name the key that was made with that certificate, or have a certificate made for this key.',
    });
  }
}

/** An authority that can sign nothing now. */
export class AuthorityInvalidError extends VipError {
  override readonly name = 'AuthorityInvalidError';
  constructor(path: string, problem: string) {
    super('authority-invalid', `The certificate "${path}" cannot sign: ${problem}.`, {
      item: 'certificate authority',
      value: path,
      remedy: 'Name another authority with --ca, or make one with vctl certs root.',
    });
  }
}

export class SubjectInvalidError extends VipError {
  override readonly name = 'SubjectInvalidError';
  constructor(subject: string, problem: string) {
    super('usage', `The subject "${subject}" cannot be used: ${problem}.`, {
      item: 'subject',
      value: subject,
      remedy: 'Write it as /C=US/ST=Washington/L=Richland/O=Test/OU=VOLTTRON/CN=localhost; only CN is needed.',
    });
  }
}

/** The passphrase itself is in no message. */
export class PassphraseUnusableError extends VipError {
  override readonly name = 'PassphraseUnusableError';
  constructor(problem: string, source: string) {
    super('passphrase-unusable', `The passphrase cannot be used: ${problem}.`, {
      item: 'passphrase',
      value: source,
      remedy: 'Choose one of 4 to 1023 characters; a file holds it in its first line.',
    });
  }
}

/** A certificate or its key is not in the home. */
export class PairMissingError extends VipError {
  override readonly name = 'PairMissingError';
  constructor(certificate: string, key: string, remedy: string) {
    super('file-missing', `The certificate "${certificate}" or its key "${key}" is not there.`, {
      item: 'certificate',
      value: certificate,
      remedy,
    });
  }
}
