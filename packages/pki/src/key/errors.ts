import { PkiError } from '../errors.ts';

/** The passphrase does not open the key; neither of them is in the error. */
export class PassphraseWrongError extends PkiError {
  override readonly name = 'PassphraseWrongError';
  constructor(cause?: unknown) {
    super('passphrase-wrong', 'The passphrase does not open the private key, or the key is damaged.', {
      item: 'passphrase',
      remedy: 'Give the passphrase with which the key was encrypted.',
      cause,
    });
  }
}
