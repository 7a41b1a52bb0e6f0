/** What an error says besides its message. */
interface Details {
  readonly item: string;
  readonly value?: unknown;
  readonly remedy: string;
  readonly cause?: unknown;
}

/** Base of every error of this room: a stable `code`, and what a person needs to go on. */
export class PkiError extends Error {
  override readonly name: string = 'PkiError';
  readonly code: string;
  readonly item: string;
  readonly value: unknown;
  readonly remedy: string;

  constructor(code: string, message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.item = details.item;
    this.value = details.value;
    this.remedy = details.remedy;
  }
}

/** Something wrong with a certificate: a stable code of the rule, and a sentence. */
export interface CertificateProblem {
  readonly code: string;
  readonly message: string;
}

const sentences = (problems: readonly CertificateProblem[]): string =>
  problems.map(({ code, message }) => `${message} [${code}]`).join('; ');

/** The certificate asked for breaks rules, and was not signed. */
export class CertificateRefusedError extends PkiError {
  override readonly name = 'CertificateRefusedError';
  readonly problems: readonly CertificateProblem[];

  constructor(subject: string, problems: readonly CertificateProblem[]) {
    super('certificate-refused', `The certificate for "${subject}" was not issued: ${sentences(problems)}.`, {
      item: 'certificate',
      value: subject,
      remedy: 'Correct all of these and ask again.',
    });
    this.problems = problems;
  }
}

/** A date that no certificate can hold; `value` is in ms since 1970. */
export class ValidityUnusableError extends PkiError {
  override readonly name = 'ValidityUnusableError';
  constructor(item: string, milliseconds: number) {
    super('validity-unusable', `The validity's "${item}" leads to a date that a certificate cannot hold.`, {
      item,
      value: milliseconds,
      remedy: 'Use dates in the years 1950 to 9999, and a number of days that stays within them.',
    });
  }
}

/** Something wrong with one certificate of a chain. */
export interface ChainProblem extends CertificateProblem {
  /** Where it stands: 0 is the leaf. */
  readonly depth: number;
  /** What people know that certificate by. */
  readonly subject: string;
}

/** No trusted root stands behind the certificate, or not at that time or for that use or name. */
export class CertificateUntrustedError extends PkiError {
  override readonly name = 'CertificateUntrustedError';
  readonly problems: readonly ChainProblem[];

  constructor(subject: string, problems: readonly ChainProblem[]) {
    const all = problems.map(({ code, message, depth, subject: about }) => ({
      code,
      message: depth === 0 ? message : `"${about}": ${message}`,
    }));
    super('certificate-untrusted', `The certificate of "${subject}" is not trusted: ${sentences(all)}.`, {
      item: 'certificate',
      value: subject,
      remedy: 'Compare it with the root certificate in use, or have it issued anew.',
    });
    this.problems = problems;
  }
}

export class CertificateUnreadableError extends PkiError {
  override readonly name = 'CertificateUnreadableError';
  constructor(reason: string, cause?: unknown) {
    super('certificate-unreadable', `The certificate cannot be read: ${reason}.`, {
      item: 'certificate',
      remedy: 'Pass one X.509 certificate as PEM text ("-----BEGIN CERTIFICATE-----").',
      cause,
    });
  }
}

/** Neither the key nor anything of it is in the error. */
export class KeyUnreadableError extends PkiError {
  override readonly name = 'KeyUnreadableError';
  constructor(cause: unknown) {
    super('key-unreadable', 'The private key cannot be read.', {
      item: 'private key',
      remedy: 'Pass an unencrypted private key as PEM text ("-----BEGIN PRIVATE KEY-----").',
      cause,
    });
  }
}

export class KeyUnsupportedError extends PkiError {
  override readonly name = 'KeyUnsupportedError';
  constructor(kind: string, supported: readonly string[]) {
    super('key-unsupported', `Keys of the kind "${kind}" are not supported.`, {
      item: 'key',
      value: kind,
      remedy: `Use ${supported.join(' or ')}.`,
    });
  }
}

/** Bytes that are not the DER structure expected at that place. */
export class DerError extends PkiError {
  override readonly name = 'DerError';
  constructor(item: string, reason: string, cause?: unknown) {
    super('der', `${item}: ${reason}.`, { item, remedy: 'Have the file made anew.', cause });
  }
}
