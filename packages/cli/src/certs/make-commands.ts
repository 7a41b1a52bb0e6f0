import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { systemClock } from '@volttron-ts/connect';
import {
  checkSigningRequest,
  createRootCertificate,
  createSigningRequest,
  issueCertificate,
  keyFingerprint,
  readSigningRequest,
} from '@volttron-ts/pki';
import type { Certificate, CertificateProfile, DistinguishedName, KeyAlgorithmName } from '@volttron-ts/pki';
import type { CommandContext } from '../command-context.ts';
import { ArgumentsError } from '../errors.ts';
import { openAuthority } from './authority.ts';
import type { AuthorityOptions } from './authority.ts';
import { about, beside, modes, readAs, refuseExisting, writeNew } from './certificate-files.ts';
import { describeCertificate } from './describe.ts';
import { makeKey, readKey } from './key-file.ts';
import type { NewKeyOptions } from './key-file.ts';
import { writeSerial } from './serial-file.ts';
import { askSubject, formatSubject, parseSubject } from './subject.ts';

interface OutputOptions {
  readonly out?: string;
  readonly force?: true;
}

interface SubjectOptions {
  readonly subject?: string;
}

export interface RootOptions extends NewKeyOptions, SubjectOptions {
  readonly out: string;
  readonly key?: string;
  readonly days: number;
  readonly force?: true;
}

export interface KeyOptions extends NewKeyOptions {
  readonly force?: true;
}

export interface CsrOptions extends OutputOptions, SubjectOptions {
  readonly dnsName?: readonly string[];
  readonly ipAddress?: readonly string[];
  readonly passphraseFile?: string;
}

export interface SignOptions extends OutputOptions, AuthorityOptions {
  readonly days: number;
  readonly profile: CertificateProfile;
}

export interface ClientOptions extends AuthorityOptions, SubjectOptions {
  readonly out: string;
  readonly algorithm: KeyAlgorithmName;
  readonly days: number;
  readonly force?: true;
}

const subjectOf = async (context: CommandContext, { subject }: SubjectOptions): Promise<DistinguishedName> =>
  subject === undefined ? askSubject(context.terminal) : parseSubject(subject);

/** `certs root`: a key, encrypted unless it is there already, and the certificate that it signs itself. */
export async function root(context: CommandContext, _: readonly string[], options: RootOptions): Promise<void> {
  const { out, key: given, days, force = false, passphraseFile } = options;
  const keyFile = given ?? beside(out, '.key');
  await refuseExisting(given === undefined ? [keyFile, out] : [out], force);
  const made = given === undefined ? await makeKey(context.terminal, options) : undefined;
  const key = made?.key ?? (await readKey(context.terminal, keyFile, passphraseFile));
  const subject = await subjectOf(context, options);
  const certificate = about(out, () =>
    createRootCertificate({ subject, privateKey: key, validity: { days }, clock: systemClock }),
  );
  if (made !== undefined) await writeNew({ path: keyFile, content: made.pem, mode: modes.key, force });
  await writeNew({ path: out, content: certificate.pem, mode: modes.certificate, force });
  tellMade(context, { files: made === undefined ? [out] : [keyFile, out], certificate });
}

/** `certs key` */
export async function key(context: CommandContext, [file = '']: readonly string[], options: KeyOptions): Promise<void> {
  const { algorithm, force = false } = options;
  await refuseExisting([file], force);
  const made = await makeKey(context.terminal, options);
  await writeNew({ path: file, content: made.pem, mode: modes.key, force });
  const fingerprint = keyFingerprint(createPublicKey(made.key));
  context.print(`${file}: ${algorithm}, SHA-256 of the public key ${fingerprint}\n`, {
    key: file,
    algorithm,
    fingerprint,
  });
}

/** `certs csr` */
export async function csr(context: CommandContext, [file = '']: readonly string[], options: CsrOptions): Promise<void> {
  const { out = beside(file, '.csr'), force = false, dnsName = [], ipAddress = [], passphraseFile } = options;
  const wrong = ipAddress.find((text) => isIP(text) === 0);
  if (wrong !== undefined) throw new ArgumentsError('certs csr', `"${wrong}" is no IP address`);
  await refuseExisting([out], force);
  const privateKey = await readKey(context.terminal, file, passphraseFile);
  const subject = await subjectOf(context, options);
  const request = about(out, () => {
    const made = createSigningRequest({ subject, privateKey, dnsNames: dnsName, ipAddresses: ipAddress });
    checkSigningRequest(made);
    return made;
  });
  await writeNew({ path: out, content: request.pem, mode: modes.certificate, force });
  const { fingerprint } = request;
  context.print(`${out}: certificate request for ${formatSubject(subject)}\n`, { request: out, subject, fingerprint });
}

/** `certs sign` */
export async function sign(
  context: CommandContext,
  [file = '']: readonly string[],
  options: SignOptions,
): Promise<void> {
  const { out = beside(file, '.crt'), force = false, days, profile } = options;
  const request = await readAs(file, (text) => {
    const read = readSigningRequest(text);
    checkSigningRequest(read);
    return read;
  });
  await refuseExisting([out], force);
  const issuer = await openAuthority(context, options, systemClock);
  const { subject, publicKey, dnsNames, ipAddresses } = request;
  const certificate = about(file, () =>
    issueCertificate({
      issuer,
      profile,
      subject,
      publicKey,
      dnsNames,
      ipAddresses,
      validity: { days },
      clock: systemClock,
    }),
  );
  // A serial number is spent before anything bears it.
  await writeSerial(options, certificate);
  await writeNew({ path: out, content: certificate.pem, mode: modes.certificate, force });
  tellMade(context, { files: [out], certificate });
}

/** `certs client`: key and certificate in one step, where client and authority are in the same hands. */
export async function client(context: CommandContext, _: readonly string[], options: ClientOptions): Promise<void> {
  const { out, force = false, days, algorithm } = options;
  const keyFile = beside(out, '.key');
  await refuseExisting([keyFile, out], force);
  const issuer = await openAuthority(context, options, systemClock);
  const subject = await subjectOf(context, options);
  const { key: privateKey, pem } = await makeKey(context.terminal, { algorithm });
  const publicKey = createPublicKey(privateKey);
  const certificate = about(out, () =>
    issueCertificate({ issuer, profile: 'client', subject, publicKey, validity: { days }, clock: systemClock }),
  );
  await writeSerial(options, certificate);
  await writeNew({ path: keyFile, content: pem, mode: modes.key, force });
  await writeNew({ path: out, content: certificate.pem, mode: modes.certificate, force });
  tellMade(context, { files: [keyFile, out], certificate });
}

interface Made {
  readonly files: readonly string[];
  readonly certificate: Certificate;
}

function tellMade(context: CommandContext, { files, certificate }: Made): void {
  const { subject, notAfter } = certificate;
  const line = `${files.join(', ')}: ${formatSubject(subject)}, until ${notAfter.toISOString().slice(0, 10)}\n`;
  context.print(line, { files, ...describeCertificate(certificate) });
}
