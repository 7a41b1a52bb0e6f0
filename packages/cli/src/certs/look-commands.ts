import { keyFingerprint, readCertificates, readSigningRequest, verifyChain } from '@volttron-ts/pki';
import type { Certificate, ChainPurpose, SigningRequest } from '@volttron-ts/pki';
import type { CommandContext } from '../command-context.ts';
import { about, readAs, readNamed } from './certificate-files.ts';
import { describeCertificate, extendedKeyUsagesOf } from './describe.ts';
import { readKeyOf } from './key-file.ts';
import { formatSubject, printable } from './subject.ts';

export interface VerifyOptions {
  readonly ca: string;
  readonly name?: string;
  readonly purpose?: ChainPurpose;
  readonly key?: string;
  readonly passphraseFile?: string;
}

/** `certs show` */
export async function show(context: CommandContext, [file = '']: readonly string[]): Promise<void> {
  const text = await readNamed(file);
  if (/-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----/.test(text)) {
    const request = about(file, () => readSigningRequest(text));
    context.print(requestText(request), { request: describeRequest(request) });
    return;
  }
  const certificates = about(file, () => readCertificates(text));
  context.print(certificates.map(certificateText).join('\n'), { certificates: certificates.map(describeCertificate) });
}

function certificateText(certificate: Certificate): string {
  const { subject, issuer, serialNumber, notBefore, notAfter, dnsNames, ipAddresses, fingerprint256 } = certificate;
  return lines([
    ['subject', formatSubject(subject)],
    ['issuer', formatSubject(issuer)],
    ['serial number', serialNumber],
    ['valid', `${notBefore.toISOString()} to ${notAfter.toISOString()}`],
    ['names', [...dnsNames, ...ipAddresses].join(', ')],
    ['key usage', [...certificate.keyUsages, ...extendedKeyUsagesOf(certificate)].join(', ')],
    ['authority', certificate.isAuthority ? 'yes' : 'no'],
    ['SHA-256', fingerprint256],
    ['public key', keyFingerprint(certificate.publicKey)],
  ]);
}

function requestText({ subject, dnsNames, ipAddresses, fingerprint }: SigningRequest): string {
  return lines([
    ['subject', formatSubject(subject)],
    ['names', [...dnsNames, ...ipAddresses].join(', ')],
    ['public key', fingerprint],
  ]);
}

const describeRequest = ({ subject, dnsNames, ipAddresses, fingerprint }: SigningRequest): object => ({
  subject,
  dns_names: dnsNames,
  ip_addresses: ipAddresses,
  public_key: fingerprint,
});

/** Without those that say nothing. */
const lines = (rows: readonly (readonly [string, string])[]): string =>
  rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${`${name}:`.padEnd(15)}${printable(value)}\n`)
    .join('');

/** `certs verify`: what stands behind the first certificate of the file may help to reach the authority. */
export async function verify(
  context: CommandContext,
  [file = '']: readonly string[],
  options: VerifyOptions,
): Promise<void> {
  const { ca, name, key, purpose = name === undefined ? 'any' : 'server', passphraseFile } = options;
  const [leaf, ...intermediates] = await readAs(file, readCertificates);
  const roots = await readAs(ca, readCertificates);
  if (leaf === undefined) return;
  const check = { roots, intermediates, time: new Date(), purpose, ...(name === undefined ? {} : { name }) };
  const chain = about(file, () => verifyChain(leaf, check));
  if (key !== undefined) await readKeyOf(context.terminal, { certificate: leaf, file }, { key, passphraseFile });
  context.print(`${file}: OK\n`, { file, ok: true, chain: chain.map(describeCertificate) });
}
