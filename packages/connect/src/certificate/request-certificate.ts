import type { KeyObject } from 'node:crypto';
import type { CertificateDirectory, RemoteCertificate, RemoteCertificates } from '@volttron-ts/auth';
import {
  createSigningRequest,
  generateKeyPair,
  readCertificate,
  readPrivateKey,
  rootFileName,
  writePrivateKey,
} from '@volttron-ts/pki';
import { discover } from '../discovery.ts';
import { CertificateRequestError } from '../errors.ts';
import { askWeb, WebAnswerMissing } from '../web-answer.ts';
import { readAnswer } from './csr-answer.ts';
import type { CsrAnswer } from './csr-answer.ts';
import { checkIssued } from './issued-certificate.ts';

export interface CertificateRequestOptions {
  /** The other platform's `bind-web-address`: `https://HOST:PORT`. */
  readonly address: string;
  /** PEM; the roots that the system trusts when not given. */
  readonly rootCertificate?: string | undefined;
  readonly instanceName: string;
  /** Of the agent of this instance that asks. */
  readonly identity: string;
  /** Of this instance: the agent's key, and the root whose attributes the request bears. */
  readonly directory: CertificateDirectory;
  /** Where the answer is kept. */
  readonly certificates: RemoteCertificates;
  /** ms since the epoch */
  readonly now: () => number;
  readonly signal?: AbortSignal;
}

/** What the other platform says. */
export type CertificateAnswer =
  | { readonly kind: 'pending'; readonly name: string; readonly message: string }
  | { readonly kind: 'denied'; readonly name: string; readonly message: string }
  | ({ readonly kind: 'approved'; readonly name: string; readonly file: string } & RemoteCertificate);

/**
 * Asks another platform once for a certificate of an agent, which that platform calls `<its name>.<own name>.<identity>`
 * (reference/rmq-web-csr.md §4.3), and keeps the one it gives. The key is made with the first request and stays: a later
 * one asks where the first stands. Throws DiscoveryError, CertificateRequestError, FileUnreadableError.
 */
export async function requestCertificate(options: CertificateRequestOptions): Promise<CertificateAnswer> {
  const { address, rootCertificate, instanceName, identity, signal } = options;
  if (!address.startsWith('https://')) {
    const remedy = 'Give the address that begins with https://; certificates are not asked for in the clear.';
    throw new CertificateRequestError(address, 'it is no https address', remedy);
  }
  const platform = await discover(address, { rootCertificate, signal });
  const remoteInstance = platform['instance-name'];
  const keyName = `${instanceName}.${identity}`;
  const name = `${remoteInstance}.${keyName}`;
  const privateKey = await ensureKey(options.directory, keyName);
  const csr = await makeRequest(options, name, privateKey);
  const answer = await post(options, { csr, identity: name });
  if (answer.kind !== 'approved') return { ...answer, name };
  const roots = [platform['rmq-ca-cert'], rootCertificate];
  const given = checkIssued(answer, { address, name, privateKey, roots, time: new Date(options.now()) });
  const ownRoot = await ownRootOf(options);
  const broker = URL.parse(platform['rmq-address'] ?? '')?.host;
  await options.certificates.write({ ...given, name, remoteInstance, keyName, ownRoot, broker });
  return { kind: 'approved', name, file: options.certificates.certificateFile(name), ...given };
}

async function ensureKey(directory: CertificateDirectory, keyName: string): Promise<KeyObject> {
  const held = await directory.readKey(keyName);
  if (held !== undefined) return readPrivateKey(held);
  const { privateKey } = await generateKeyPair('P-256');
  await directory.writeKey(keyName, writePrivateKey(privateKey));
  return privateKey;
}

/** The subject has the attributes of this instance's root: a Python signer cannot do without them. */
async function makeRequest(
  options: CertificateRequestOptions,
  commonName: string,
  privateKey: KeyObject,
): Promise<string> {
  const root = await ownRootOf(options);
  const attributes = root === undefined ? {} : readCertificate(root).subject;
  return createSigningRequest({ subject: { ...attributes, commonName }, privateKey }).pem;
}

function ownRootOf({ directory, instanceName }: CertificateRequestOptions): Promise<string | undefined> {
  return directory.readCertificate(rootFileName(instanceName));
}

async function post(
  { address, rootCertificate, signal }: CertificateRequestOptions,
  request: { readonly csr: string; readonly identity: string },
): Promise<CsrAnswer> {
  try {
    const body = { ...request, hostname: request.identity };
    return readAnswer(
      address,
      await askWeb(address, { method: 'POST', path: '/csr/request_new', body, rootCertificate, signal }),
    );
  } catch (error) {
    if (!(error instanceof WebAnswerMissing)) throw error;
    const { status, message, remedy, cause } = error;
    // What a platform refuses of one and the same request, it refuses again.
    const mayPass = status === undefined || status >= 500 || status === 429;
    if (status !== 404) throw new CertificateRequestError(address, message, remedy, { cause, mayPass });
    const wanted = 'Ask its operator to set enable-csr to True, and to start it again.';
    throw new CertificateRequestError(address, 'it takes no certificate requests', wanted, { cause });
  }
}
