import { createPublicKey } from 'node:crypto';
import { readInstanceConfig } from '@volttron-ts/auth';
import type { CertificateDirectory } from '@volttron-ts/auth';
import { readCertificate, readPrivateKey } from '@volttron-ts/pki';
import type { Authority } from '@volttron-ts/pki';
import type { CommandContext } from '../command-context.ts';
import { about } from './certificate-files.ts';
import { KeyForeignError, PairMissingError } from './errors.ts';

/** Throws InstanceConfigError, FileUnreadableError. */
export async function instanceName({ home, environment }: CommandContext): Promise<string> {
  const { settings } = await readInstanceConfig({ home, environment });
  return settings['instance-name'];
}

/** A certificate of the home and its key. Throws PairMissingError, CertificateInputError, KeyForeignError. */
export async function readPair(directory: CertificateDirectory, name: string, remedy: string): Promise<Authority> {
  const [certificateFile, keyFile] = [directory.certificateFile(name), directory.keyFile(name)];
  const pair = await directory.read(name);
  if (pair === undefined) throw new PairMissingError(certificateFile, keyFile, remedy);
  const certificate = about(certificateFile, () => readCertificate(pair.certificate));
  const privateKey = about(keyFile, () => readPrivateKey(pair.privateKey));
  if (!createPublicKey(privateKey).equals(certificate.publicKey)) throw new KeyForeignError(keyFile, certificateFile);
  return { certificate, privateKey };
}
