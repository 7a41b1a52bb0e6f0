import { X509Certificate } from 'node:crypto';

import { oids } from '../der/oids.ts';
import { CertificateUntrustedError } from '../errors.ts';
import type { CertificateProblem } from '../errors.ts';
import { parseIpAddress } from '../name/ip-address.ts';
import type { Certificate } from './certificate.ts';

export interface ChainCheck {
  readonly time: Date;
  /** The DNS name or IP address by which the server was reached. */
  readonly name: string;
}

/**
 * Checks that a trusted root issued a server's certificate, for that name and time. Revocation is not looked at.
 *
 * @throws CertificateUntrustedError with all problems
 */
export function verifyChain(leaf: Certificate, root: Certificate, { time, name }: ChainCheck): void {
  const server = new X509Certificate(leaf.der);
  const authority = new X509Certificate(root.der);
  const checks: readonly [good: boolean, code: string, message: string][] = [
    [root.isAuthority && root.keyUsages.includes('keyCertSign'), 'root-is-authority', 'the root is no authority'],
    [server.checkIssued(authority), 'issuer-name', 'it does not name the root as its issuer'],
    [server.verify(root.publicKey), 'signature', "the signature is not the root's"],
    [isValid(root, time), 'root-validity', `the root is not valid at ${time.toISOString()}`],
    [isValid(leaf, time), 'validity', `it is not valid at ${time.toISOString()}`],
    [leaf.extendedKeyUsages.includes(oids.serverAuth), 'extended-key-usage', 'it is not for servers'],
    [isFor(server, name), 'name', `it is not for ${JSON.stringify(name)}`],
  ];
  const problems: CertificateProblem[] = checks.flatMap(([good, code, message]) => (good ? [] : { code, message }));
  if (problems.length > 0) throw new CertificateUntrustedError(leaf.subject.commonName, problems);
}

function isValid({ notBefore, notAfter }: Certificate, time: Date): boolean {
  return time >= notBefore && time <= notAfter;
}

/** Only alternative names count (RFC 9525 §2). */
function isFor(server: X509Certificate, name: string): boolean {
  if (parseIpAddress(name) !== undefined) return server.checkIP(name) !== undefined;
  // Node throws on a name with a NUL.
  return !name.includes('\0') && server.checkHost(name, { subject: 'never' }) !== undefined;
}
