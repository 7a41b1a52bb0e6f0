import { isIP } from 'node:net';
import { CertificateDirectory } from '@volttron-ts/auth';
import type { CertificatePair } from '@volttron-ts/auth';
import {
  createRootCertificate,
  generateKeyPair,
  issueCertificate,
  readCertificate,
  readPrivateKey,
  rootFileName,
  writePrivateKey,
} from '@volttron-ts/pki';
import type { Authority, Certificate } from '@volttron-ts/pki';
import type { Clock } from '@volttron-ts/vip-core';
import { CertificateFileError } from './errors.ts';

export interface OwnCertificateOptions {
  readonly directory: CertificateDirectory;
  readonly instance: string;
  /** Stem of the files. */
  readonly name: string;
  /** The name in it; the stem when not given. */
  readonly commonName?: string;
  /** Of a server: what it is called by; a client's has none. */
  readonly hosts?: readonly string[];
  readonly clock: Clock;
}

/** PEM texts. */
export interface OwnCertificate extends CertificatePair {
  /** The root that it comes from. */
  readonly root: string;
}

const ROOT_DAYS = 3650;
const DAYS = 397;
const RENEW_BEFORE_MS = 30 * 24 * 3600 * 1000;

/**
 * A certificate of the instance's own CA for itself, in VOLTTRON's layout: `certs/` and `private/` under
 * `$VOLTTRON_HOME/certificates` (reference/rmq-web-csr.md §2.1). Made when missing, and again when it is about to expire,
 * or does not bear the names of its hosts. Throws CertificateFileError, FileUnreadableError, FileUnwritableError.
 */
export async function ensureCertificate(options: OwnCertificateOptions): Promise<OwnCertificate> {
  const { directory, instance, name, commonName = name, hosts = [], clock } = options;
  const root = await ensureRoot(directory, instance, clock);
  const held = await readPair(directory, name);
  if (held !== undefined && stillGood(held.certificate, root.certificate, hosts, clock)) return textsOf(held, root);
  const { publicKey, privateKey } = await generateKeyPair('P-256');
  const certificate = issueCertificate({
    ...{ issuer: root, publicKey, subject: { commonName }, validity: { days: DAYS }, clock },
    ...(hosts.length === 0 ? { profile: 'client' } : { profile: 'server', ...namesOf(hosts) }),
  });
  const made = { certificate, privateKey };
  await writePair(directory, name, made);
  return textsOf(made, root);
}

const textsOf = (held: Authority, root: Authority): OwnCertificate => ({
  certificate: held.certificate.pem,
  privateKey: writePrivateKey(held.privateKey),
  root: root.certificate.pem,
});

/** The instance's own authority, made when missing. Throws CertificateFileError, FileUnreadableError, FileUnwritableError. */
export async function ensureRoot(directory: CertificateDirectory, instance: string, clock: Clock): Promise<Authority> {
  const name = `${instance}-root-ca`;
  const file = rootFileName(instance);
  const held = await readPair(directory, file);
  if (held !== undefined) return held;
  const { privateKey } = await generateKeyPair('P-256');
  const certificate = createRootCertificate({
    subject: { commonName: name },
    privateKey,
    validity: { days: ROOT_DAYS },
    clock,
  });
  const made = { certificate, privateKey };
  await writePair(directory, file, made);
  return made;
}

function namesOf(hosts: readonly string[]): { dnsNames: string[]; ipAddresses: string[] } {
  const all = new Set(hosts.flatMap((host) => (host === 'localhost' ? [host, '127.0.0.1', '::1'] : [host])));
  return {
    dnsNames: [...all].filter((host) => isIP(host) === 0),
    ipAddresses: [...all].filter((host) => isIP(host) !== 0),
  };
}

/** Also no longer when the instance has another name, and so another root, since it was made. */
const stillGood = (held: Certificate, root: Certificate, hosts: readonly string[], clock: Clock): boolean =>
  hosts.every((host) => bears(held, host)) &&
  !expires(held, clock) &&
  held.authorityKeyIdentifier === root.subjectKeyIdentifier;

const bears = ({ dnsNames, ipAddresses }: Certificate, host: string): boolean =>
  dnsNames.includes(host) || ipAddresses.includes(host);

const expires = ({ notAfter }: Certificate, clock: Clock): boolean =>
  notAfter.getTime() - clock.now() < RENEW_BEFORE_MS;

async function readPair(directory: CertificateDirectory, name: string): Promise<Authority | undefined> {
  const pair = await directory.read(name);
  return (
    pair && {
      certificate: readWith(directory.certificateFile(name), () => readCertificate(pair.certificate)),
      privateKey: readWith(directory.keyFile(name), () => readPrivateKey(pair.privateKey)),
    }
  );
}

function readWith<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CertificateFileError(path, error);
  }
}

const writePair = (
  directory: CertificateDirectory,
  name: string,
  { certificate, privateKey }: Authority,
): Promise<void> => directory.write(name, { certificate: certificate.pem, privateKey: writePrivateKey(privateKey) });
