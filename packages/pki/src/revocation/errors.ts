import { PkiError } from '../errors.ts';
import type { CertificateProblem } from '../errors.ts';

export class RevocationListUnreadableError extends PkiError {
  override readonly name = 'RevocationListUnreadableError';
  constructor(reason: string, cause?: unknown) {
    super('revocation-list-unreadable', `The revocation list cannot be read: ${reason.replace(/\.$/, '')}.`, {
      item: 'revocation list',
      remedy: 'Pass one full revocation list as PEM text ("-----BEGIN X509 CRL-----") or as DER.',
      cause,
    });
  }
}

export class OcspUnreadableError extends PkiError {
  override readonly name = 'OcspUnreadableError';
  constructor(item: 'OCSP request' | 'OCSP response', reason: string, cause?: unknown) {
    super('ocsp-unreadable', `The ${item} cannot be read: ${reason.replace(/\.$/, '')}.`, {
      item,
      remedy: 'Send it as DER, as RFC 6960 has it.',
      cause,
    });
  }
}

/** What was to be said about revoked certificates cannot be signed like that: `problems` lists all reasons. */
export class RevocationRefusedError extends PkiError {
  override readonly name = 'RevocationRefusedError';
  readonly problems: readonly CertificateProblem[];

  constructor(item: 'revocation list' | 'OCSP response', problems: readonly CertificateProblem[]) {
    const reasons = problems.map(({ code, message }) => `${message} [${code}]`).join('; ');
    super('revocation-refused', `The ${item} was not signed: ${reasons}.`, {
      item,
      remedy: 'Correct all of these and ask again.',
    });
    this.problems = problems;
  }
}
