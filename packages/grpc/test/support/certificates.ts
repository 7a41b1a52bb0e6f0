import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  createRootCertificate,
  createSigningRequest,
  generateKeyPair,
  issueCertificate,
  readSigningRequest,
  writePrivateKey,
} from '@volttron-ts/pki';
import { SteppedClock } from '@volttron-ts/vip-core/testing';

const run = promisify(execFile);

/** Where the files of one root and its two ends are. */
export interface Files {
  readonly folder: string;
  readonly server: { readonly ssl_private_key: string; readonly ssl_cert: string; readonly ssl_root_cert: string };
  readonly client: { readonly ssl_private_key: string; readonly ssl_cert: string; readonly ssl_root_cert: string };
}

const filesIn = (folder: string): Files => {
  const of = (role: string) => ({
    ssl_private_key: join(folder, `${role}.key`),
    ssl_cert: join(folder, `${role}.crt`),
    ssl_root_cert: join(folder, 'rootCA.pem'),
  });
  return { folder, server: of('server'), client: of('client') };
};

/** The recipe of seed 003, word for word but for the passphrase and the questions: version-1 leaves with a name only. */
export async function byOpenssl(folder: string, commonName = 'localhost'): Promise<Files> {
  await mkdir(folder, { recursive: true });
  const openssl = async (line: string, ...more: string[]): Promise<void> => {
    await run('openssl', [...line.split(' '), ...more], { cwd: folder });
  };
  await openssl('genrsa -des3 -passout pass:secret -out rootCA.key 2048');
  await openssl(
    'req -x509 -new -nodes -key rootCA.key -passin pass:secret -sha256 -days 1024 -out rootCA.pem',
    '-subj',
    '/CN=root',
  );
  for (const role of ['server', 'client']) {
    await openssl(`genrsa -out ${role}.key 2048`);
    await openssl(`req -new -key ${role}.key -out ${role}.csr`, '-subj', `/CN=${commonName}`);
    const sign = `x509 -req -in ${role}.csr -CA rootCA.pem -CAkey rootCA.key -passin pass:secret -CAcreateserial`;
    await openssl(`${sign} -out ${role}.crt -days 500 -sha256`);
  }
  return filesIn(folder);
}

/** The same files by our own flow: key, request, issue. */
export async function byUs(folder: string, commonName = 'localhost'): Promise<Files> {
  await mkdir(folder, { recursive: true });
  const clock = new SteppedClock(Date.now());
  const { privateKey } = await generateKeyPair('P-256');
  const root = createRootCertificate({
    subject: { commonName: 'root' },
    privateKey,
    validity: { days: 1024 },
    clock,
  });
  await writeFile(join(folder, 'rootCA.pem'), root.pem);
  for (const role of ['server', 'client'] as const) {
    const pair = await generateKeyPair('P-256');
    const request = readSigningRequest(
      createSigningRequest({ subject: { commonName }, privateKey: pair.privateKey }).pem,
    );
    const certificate = issueCertificate({
      ...{ issuer: { certificate: root, privateKey }, publicKey: request.publicKey, subject: { commonName } },
      ...{ validity: { days: 500 }, clock },
      ...(role === 'server' ? { profile: 'server', dnsNames: [commonName], ipAddresses: [] } : { profile: 'client' }),
    });
    await writeFile(join(folder, `${role}.key`), writePrivateKey(pair.privateKey));
    await writeFile(join(folder, `${role}.crt`), certificate.pem);
  }
  return filesIn(folder);
}
