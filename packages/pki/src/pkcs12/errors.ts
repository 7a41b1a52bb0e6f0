import { PkiError } from '../errors.ts';

export class Pkcs12UnreadableError extends PkiError {
  override readonly name = 'Pkcs12UnreadableError';
  constructor(reason: string, cause?: unknown) {
    super('pkcs12-unreadable', `The PKCS#12 file cannot be read: ${reason.replace(/\.$/, '')}.`, {
      item: 'PKCS#12 file',
      remedy:
        'Pass a file with one private key and its certificate, encrypted with AES or 3DES ("openssl pkcs12 -export").',
      cause,
    });
  }
}

export class Pkcs12PassphraseError extends PkiError {
  override readonly name = 'Pkcs12PassphraseError';
  constructor() {
    super('pkcs12-passphrase', 'The passphrase does not open the PKCS#12 file, or the file was changed.', {
      item: 'passphrase',
      remedy: 'Pass the passphrase with which the file was made.',
    });
  }
}

/** What was to go into a file does not belong together. */
export class Pkcs12RefusedError extends PkiError {
  override readonly name = 'Pkcs12RefusedError';
  constructor(item: 'passphrase' | 'private key', reason: string, remedy: string) {
    super('pkcs12-refused', `The PKCS#12 file was not made: ${reason}.`, { item, remedy });
  }
}
