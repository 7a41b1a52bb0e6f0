import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import {
  createRootCertificate,
  generateKeyPair,
  issueCertificate,
  readCertificate,
  readPrivateKey,
  writePrivateKey,
} from '@volttron-ts/pki';
import type { Authority, Certificate } from '@volttron-ts/pki';
import { writeFileAtomic } from '@volttron-ts/storage';
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
  const directory = new CertificateDirectory(join(home, 'certificates'));
  const root = await ensureRoot(directory, instance, clock);
  const held = await directory.read('platform.web-server');
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
  await directory.write('platform.web-server', made);
  return asWebCertificate(made, root);
}

const asWebCertificate = (held: Authority, root: Authority): WebCertificate => ({
  certificate: held.certificate.pem,
  privateKey: writePrivateKey(held.privateKey),
  root: root.certificate.pem,
});

async function ensureRoot(directory: CertificateDirectory, instance: string, clock: Clock): Promise<Authority> {
  const name = `${instance}-root-ca`;
  // An instance without a name is called by its first address, whose slashes would name folders.
  const file = name.replaceAll(/[^\w.-]/g, '_');
  const held = await directory.read(file);
  if (held !== undefined) return held;
  const { privateKey } = await generateKeyPair('P-256');
  const certificate = createRootCertificate({
    subject: { commonName: name },
    privateKey,
    validity: { days: ROOT_DAYS },
    clock,
  });
  const made = { certificate, privateKey };
  await directory.write(file, made);
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

async function readWith<T>(path: string, read: (text: string) => T): Promise<T> {
  try {
    return read(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CertificateFileError(path, error);
  }
}

/** Certificates with their keys in VOLTTRON's folders. */
class CertificateDirectory {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  #certificate(name: string): string {
    return join(this.#path, 'certs', `${name}.crt`);
  }

  #key(name: string): string {
    return join(this.#path, 'private', `${name}.pem`);
  }

  async read(name: string): Promise<Authority | undefined> {
    if (!existsSync(this.#certificate(name)) || !existsSync(this.#key(name))) return undefined;
    return {
      certificate: await readWith(this.#certificate(name), readCertificate),
      privateKey: await readWith(this.#key(name), readPrivateKey),
    };
  }

  async write(name: string, { certificate, privateKey }: Authority): Promise<void> {
    await mkdir(join(this.#path, 'certs'), { recursive: true, mode: 0o755 });
    await mkdir(join(this.#path, 'private'), { recursive: true, mode: 0o700 });
    await writeFileAtomic(this.#key(name), writePrivateKey(privateKey), { mode: 0o600 });
    await writeFileAtomic(this.#certificate(name), certificate.pem, { mode: 0o644 });
  }
}
