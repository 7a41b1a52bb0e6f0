import { createPublicKey } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@volttron-ts/connect';
import { defaultsOf } from '@volttron-ts/grpc';
import type { Role } from '@volttron-ts/grpc';
import {
  checkSigningRequest,
  createRootCertificate,
  createSigningRequest,
  issueCertificate,
  readSigningRequest,
} from '@volttron-ts/pki';
import type { Authority } from '@volttron-ts/pki';
import type { CommandContext } from '../command-context.ts';
import { openAuthority } from './authority.ts';
import { about, beside, modes, readAs, refuseExisting, writeNew } from './certificate-files.ts';
import { makeKey } from './key-file.ts';
import { writeSerial } from './serial-file.ts';

export interface QuickstartOptions {
  readonly folder: string;
  /** The common name of both ends, which the client checks. */
  readonly name: string;
  readonly target: string;
  readonly passphraseFile?: string;
  readonly force?: true;
}

export interface QuickstartSignOptions {
  readonly folder: string;
  readonly passphraseFile?: string;
  readonly force?: true;
}

const ROOT = 'rootCA.pem';
const ALGORITHM = 'RSA-2048';
/** As long as seed 003 says. */
const ROOT_DAYS = 1024;
const DAYS = 500;

/** What was made, and what comes next. */
interface Result {
  readonly files: readonly string[];
  readonly next: readonly string[];
}

/** `certs quickstart grpc server`: the root, the server's pair and its options. */
export async function server(context: CommandContext, _: readonly string[], options: QuickstartOptions): Promise<void> {
  const { folder, name, passphraseFile, force = false } = options;
  const file = (base: string): string => join(folder, base);
  const files = [file('rootCA.key'), file(ROOT), file('server.key'), file('server.crt'), file('server.json')];
  const [rootKey = '', root = '', key = '', certificate = '', fragment = ''] = files;
  await refuseExisting(files, force);
  await mkdir(folder, { recursive: true });
  const madeRoot = await makeKey(context.terminal, { algorithm: ALGORITHM, cipher: 'aes256', passphraseFile });
  const subject = { commonName: `${name} root` };
  const issuer: Authority = {
    certificate: createRootCertificate({
      ...{ subject, privateKey: madeRoot.key, validity: { days: ROOT_DAYS }, clock: systemClock },
    }),
    privateKey: madeRoot.key,
  };
  const made = await makeKey(context.terminal, { algorithm: ALGORITHM });
  const leaf = about(certificate, () =>
    issueCertificate({
      ...{ issuer, profile: 'server', subject: { commonName: name }, dnsNames: [name] },
      ...{ publicKey: createPublicKey(made.key), validity: { days: DAYS }, clock: systemClock },
    }),
  );
  await writeNew({ path: rootKey, content: madeRoot.pem, mode: modes.key, force });
  await writeNew({ path: root, content: issuer.certificate.pem, mode: modes.certificate, force });
  await writeNew({ path: key, content: made.pem, mode: modes.key, force });
  await writeNew({ path: certificate, content: leaf.pem, mode: modes.certificate, force });
  await writeFragment(fragment, 'server', options);
  tell(context, {
    files,
    next: [`On each client: vctl certs quickstart grpc client --name ${name} --target HOST:PORT`],
  });
}

/** `certs quickstart grpc client`: the client's key and request, and its options. */
export async function client(context: CommandContext, _: readonly string[], options: QuickstartOptions): Promise<void> {
  const { folder, name, force = false } = options;
  const files = ['client.key', 'client.csr', 'client.json'].map((base) => join(folder, base));
  const [key = '', request = '', fragment = ''] = files;
  await refuseExisting(files, force);
  await mkdir(folder, { recursive: true });
  const made = await makeKey(context.terminal, { algorithm: ALGORITHM });
  const csr = about(request, () => createSigningRequest({ subject: { commonName: name }, privateKey: made.key }));
  await writeNew({ path: key, content: made.pem, mode: modes.key, force });
  await writeNew({ path: request, content: csr.pem, mode: modes.certificate, force });
  await writeFragment(fragment, 'client', options);
  tell(context, {
    files,
    next: [
      `Bring ${request} to the server, and there: vctl certs quickstart grpc sign client.csr`,
      `Bring the client.crt made there, and ${ROOT}, into ${folder}.`,
    ],
  });
}

/** `certs quickstart grpc sign`, on the server: the client's certificate beside its request. */
export async function sign(
  context: CommandContext,
  [request = '']: readonly string[],
  options: QuickstartSignOptions,
): Promise<void> {
  const { folder, force = false, passphraseFile } = options;
  const authority = { ca: join(folder, ROOT), ...(passphraseFile === undefined ? {} : { passphraseFile }) };
  const out = beside(request, '.crt');
  const { subject, publicKey } = await readAs(request, (text) => {
    const read = readSigningRequest(text);
    checkSigningRequest(read);
    return read;
  });
  await refuseExisting([out], force);
  const issuer = await openAuthority(context, authority, systemClock);
  const certificate = about(request, () =>
    issueCertificate({ issuer, profile: 'client', subject, publicKey, validity: { days: DAYS }, clock: systemClock }),
  );
  await writeSerial(authority, certificate);
  await writeNew({ path: out, content: certificate.pem, mode: modes.certificate, force });
  tell(context, { files: [out], next: [`Bring ${out} and ${authority.ca} to the client.`] });
}

/** The options of seed 003, for the agent's configuration. */
async function writeFragment(path: string, role: Role, options: QuickstartOptions): Promise<void> {
  const { folder, name, target, force = false } = options;
  const sizes = defaultsOf(role).options.filter(([option]) => option !== 'grpc.ssl_target_name_override');
  const fragment = {
    target,
    use_secure_connection: true,
    ssl_private_key: join(folder, `${role}.key`),
    ssl_cert: join(folder, `${role}.crt`),
    ssl_root_cert: join(folder, ROOT),
    options: [...sizes, ['grpc.ssl_target_name_override', name]],
  };
  await writeNew({ path, content: `${JSON.stringify(fragment, null, 2)}\n`, mode: modes.certificate, force });
}

function tell(context: CommandContext, { files, next }: Result): void {
  context.print([...files.map((file) => `made ${file}`), ...next, ''].join('\n'), { files, next });
}
