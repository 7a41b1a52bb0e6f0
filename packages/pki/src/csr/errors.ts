import { PkiError } from '../errors.ts';
import type { CertificateProblem } from '../errors.ts';

export class SigningRequestUnreadableError extends PkiError {
  override readonly name = 'SigningRequestUnreadableError';
  constructor(reason: string, cause?: unknown) {
    super('signing-request-unreadable', `The certificate request cannot be read: ${reason}.`, {
      item: 'certificate request',
      remedy: 'Pass one PKCS#10 request as PEM text ("-----BEGIN CERTIFICATE REQUEST-----").',
      cause,
    });
  }
}

/** The request can be read, and nobody should sign it: `problems` lists all reasons. */
export class SigningRequestRefusedError extends PkiError {
  override readonly name = 'SigningRequestRefusedError';
  readonly problems: readonly CertificateProblem[];

  constructor(subject: string, problems: readonly CertificateProblem[]) {
    const reasons = problems.map(({ code, message }) => `${message} [${code}]`).join('; ');
    super('signing-request-refused', `The certificate request for "${subject}" is refused: ${reasons}.`, {
      item: 'certificate request',
      value: subject,
      remedy: 'Make a new key or request that meets all of these, and ask again.',
    });
    this.problems = problems;
  }
}
