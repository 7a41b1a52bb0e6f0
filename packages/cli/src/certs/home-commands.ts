import { CertificateDirectory } from '@volttron-ts/auth';
import { systemClock } from '@volttron-ts/connect';
import { generateKeyPair, issueCertificate, readCertificate, rootFileName, writePrivateKey } from '@volttron-ts/pki';
import type { Certificate } from '@volttron-ts/pki';
import { checkIdentity } from '@volttron-ts/vip-core';
import type { CommandContext } from '../command-context.ts';
import { columns, columnWidths } from '../table.ts';
import { about } from './certificate-files.ts';
import { describeCertificate } from './describe.ts';
import { instanceName, readPair } from './home-pairs.ts';
import { formatSubject } from './subject.ts';

/** As long as the original's (reference/rmq-web-csr.md §2.3), where the root lasts as long. */
const DAYS = 3650;

/** `certs create-ssl-keypair`: replaces what is there, which is how VOLTTRON's operators renew. */
export async function createSslKeypair(context: CommandContext, [identity = '']: readonly string[]): Promise<void> {
  const instance = await instanceName(context);
  const directory = new CertificateDirectory(context.home);
  const name = `${instance}.${checkIdentity(identity)}`;
  const file = directory.certificateFile(name);
  const issuer = await readPair(
    directory,
    rootFileName(instance),
    'The platform makes it when its web service starts first.',
  );
  const { publicKey, privateKey } = await generateKeyPair('RSA-2048');
  const subject = { ...issuer.certificate.subject, commonName: name };
  const certificate = about(file, () =>
    issueCertificate({ issuer, profile: 'client', subject, publicKey, validity: { days: DAYS }, clock: systemClock }),
  );
  await directory.write(name, { certificate: certificate.pem, privateKey: writePrivateKey(privateKey) });
  context.print('', { name, certificate: file, key: directory.keyFile(name), ...describeCertificate(certificate) });
}

interface Listed {
  readonly name: string;
  /** Of an agent of another instance. */
  readonly remote: boolean;
  readonly status: string;
  readonly certificate: Certificate | undefined;
}

/** `certs list`: what the home holds, whoever trusts it. */
export async function list(context: CommandContext): Promise<void> {
  const directory = new CertificateDirectory(context.home);
  const [own, remote] = [await directory.list(), await directory.listRemote()];
  const listed = [
    ...(await Promise.all(own.map(async (name) => look(name, false, await directory.readCertificate(name))))),
    ...(await Promise.all(remote.map(async (name) => look(name, true, await directory.readRemote(name))))),
  ];
  const headings = ['NAME', 'OF', 'EXPIRES', 'STATUS', 'ISSUER'];
  const rows = listed.map(cells);
  const widths = columnWidths([headings, ...rows]);
  if (rows.length > 0) context.note(columns(headings, widths));
  context.print(rows.map((row) => columns(row, widths)).join(''), listed.map(asJson));
}

function look(name: string, remote: boolean, pem: string | undefined): Listed {
  try {
    const certificate = readCertificate(pem ?? '');
    return { name, remote, status: statusOf(certificate), certificate };
  } catch {
    return { name, remote, status: 'unreadable', certificate: undefined };
  }
}

function statusOf({ notBefore, notAfter }: Certificate): string {
  const now = new Date(systemClock.now());
  if (notAfter < now) return 'expired';
  return notBefore > now ? 'not yet valid' : 'valid';
}

function cells({ name, remote, status, certificate }: Listed): string[] {
  const [expires, issuer] =
    certificate === undefined
      ? ['', '']
      : [certificate.notAfter.toISOString().slice(0, 10), formatSubject(certificate.issuer)];
  return [name, remote ? 'remote' : 'own', expires, status, issuer];
}

const asJson = ({ certificate, ...listed }: Listed): object => ({
  ...listed,
  ...(certificate === undefined ? {} : describeCertificate(certificate)),
});
