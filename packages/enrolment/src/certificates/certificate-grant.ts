/** What a grant is about. */
export interface CertificateAccess {
  /** The common name. */
  readonly name: string;
  /** SHA-256 over the SubjectPublicKeyInfo, hexadecimal. */
  readonly fingerprint: string;
  /** PEM: the certificate that was issued, or the one that is revoked; none where there was none. */
  readonly certificate?: string;
  /** Who decided what, from where and why. */
  readonly comment: string;
}

/** What gives and takes access by certificate. Each step may be repeated, and is until it succeeds. */
export interface CertificateGrant {
  /** Throws, before anything is decided, when `grant` would refuse the name. */
  check(access: { readonly name: string; readonly fingerprint: string }): Promise<void>;
  /** After a certificate was issued. */
  grant(access: CertificateAccess): Promise<void>;
  /** After a denial: ends access and live sessions, and revokes the certificate. */
  withdraw(access: CertificateAccess): Promise<void>;
  /** The name is unknown again: as `withdraw`, but nothing of it stays denied. */
  forget(access: CertificateAccess): Promise<void>;
}
