import { CertificateDirectory } from '@volttron-ts/auth';
import { createPkcs12, readCertificates } from '@volttron-ts/pki';
import type { Authority, Certificate } from '@volttron-ts/pki';
import { checkIdentity } from '@volttron-ts/vip-core';
import type { CommandContext } from '../command-context.ts';
import { beside, modes, readAs, refuseExisting, writeNew } from './certificate-files.ts';
import { instanceName, readPair } from './home-pairs.ts';
import { readKeyOf } from './key-file.ts';
import { newPassphrase } from './passphrase.ts';
import { formatSubject } from './subject.ts';

interface OutputOptions {
  readonly passphraseFile?: string;
  readonly force?: true;
}

export interface ExportOptions extends OutputOptions {
  readonly key?: string;
  readonly keyPassphraseFile?: string;
  readonly out?: string;
}

/** What openssl asks for. */
const PASSWORD = 'Export Password';

/** `certs export`: what stands behind the certificate in its file goes along. */
export async function exportFile(
  context: CommandContext,
  [file = '']: readonly string[],
  options: ExportOptions,
): Promise<void> {
  const { key = beside(file, '.key'), keyPassphraseFile, out = beside(file, '.p12') } = options;
  await refuseExisting([out], options.force === true);
  const [certificate, ...chain] = await readAs(file, readCertificates);
  if (certificate === undefined) return;
  const pair = await readKeyOf(context.terminal, { certificate, file }, { key, passphraseFile: keyPassphraseFile });
  await write(context, { pair, chain, out }, options);
  context.print(`${out}: ${formatSubject(certificate.subject)}\n`, { file: out });
}

/** `certs export-pkcs12`: without a word, as the original. */
export async function exportPkcs12(
  context: CommandContext,
  [identity = '', out = '']: readonly string[],
  options: OutputOptions,
): Promise<void> {
  await refuseExisting([out], options.force === true);
  const name = `${await instanceName(context)}.${checkIdentity(identity)}`;
  const remedy = `vctl certs create-ssl-keypair ${identity} makes them.`;
  const pair = await readPair(new CertificateDirectory(context.home), name, remedy);
  await write(context, { pair, chain: [], out }, options);
  context.print('', { name, file: out });
}

interface Export {
  readonly pair: Authority;
  readonly chain: readonly Certificate[];
  readonly out: string;
}

async function write(
  { terminal }: CommandContext,
  { pair, chain, out }: Export,
  { passphraseFile, force = false }: { readonly passphraseFile?: string; readonly force?: boolean },
): Promise<void> {
  const passphrase = await newPassphrase(terminal, passphraseFile, PASSWORD);
  const content = await createPkcs12({ ...pair, chain, passphrase });
  await writeNew({ path: out, content, mode: modes.key, force });
}
