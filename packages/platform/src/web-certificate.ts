import { isIP } from 'node:net';
import { CertificateDirectory } from '@volttron-ts/auth';
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

/** What the web service shows and proves. */
export interface WebCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  /** PEM of the root it comes from; undefined when the operator's own files are used. */
  readonly root: string | undefined;
}

const ROOT_DAYS = 3650;
const SERVER_DAYS = 397;
const RENEW_BEFORE_MS = 30 * 24 * 3600 * 1000;

/**
 * The certificate of the instance's own CA for a web address, in VOLTTRON's layout: `certs/` and `private/` under
 * `$VOLTTRON_HOME/certificates` (reference/rmq-web-csr.md §2.1). Made when missing, and again when it is about to expire
 * or does not bear the host's name.
 */
export async function ensureWebCertificate(
  home: string,
  instance: string,
  host: string,
  clock: Clock,
): Promise<WebCertificate> {
  const directory = new CertificateDirectory(home);
  const root = await ensureRoot(directory, instance, clock);
  const held = await readPair(directory, 'platform.web-server');
  if (held !== undefined && stillGood(held.certificate, root.certificate, host, clock)) {
    return asWebCertificate(held, root);
  }
  const { publicKey, privateKey } = await generateKeyPair('P-256');
  const certificate = issueCertificate({
    profile: 'server',
    issuer: root,
    publicKey,
    subject: { commonName: `${instance}.platform.web-server` },
    ...namesOf(host),
    validity: { days: SERVER_DAYS },
    clock,
  });
  const made = { certificate, privateKey };
  await writePair(directory, 'platform.web-server', made);
  return asWebCertificate(made, root);
}

const asWebCertificate = (held: Authority, root: Authority): WebCertificate => ({
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

function namesOf(host: string): { dnsNames: string[]; ipAddresses: string[] } {
  if (isIP(host) !== 0) return { dnsNames: [], ipAddresses: [host] };
  return { dnsNames: [host], ipAddresses: host === 'localhost' ? ['127.0.0.1', '::1'] : [] };
}

/** Also no longer when the instance has another name, and so another root, since it was made. */
const stillGood = (held: Certificate, root: Certificate, host: string, clock: Clock): boolean =>
  bears(held, host) && !expires(held, clock) && held.authorityKeyIdentifier === root.subjectKeyIdentifier;

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
