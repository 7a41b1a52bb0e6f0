import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  generateKeyPair,
  isEncryptedKey,
  readEncryptedKey,
  readPrivateKey,
  writeEncryptedKey,
  writePrivateKey,
} from '@volttron-ts/pki';
import type { Authority, Certificate, KeyAlgorithmName, KeyCipher } from '@volttron-ts/pki';
import type { Terminal } from '../terminal.ts';
import { about, readNamed } from './certificate-files.ts';
import { KeyForeignError } from './errors.ts';
import { knownPassphrase, newPassphrase } from './passphrase.ts';

/** Reads a private key, and its passphrase when it has one. */
export async function readKey(
  terminal: Terminal,
  path: string,
  passphraseFile: string | undefined,
): Promise<KeyObject> {
  const pem = await readNamed(path);
  if (!isEncryptedKey(pem)) return about(path, () => readPrivateKey(pem));
  const passphrase = await knownPassphrase(terminal, passphraseFile, path);
  return about(path, () => readEncryptedKey(pem, passphrase));
}

/** A certificate and the key that belongs to it. Throws KeyForeignError, … */
export async function readKeyOf(
  terminal: Terminal,
  { certificate, file }: { readonly certificate: Certificate; readonly file: string },
  { key, passphraseFile }: { readonly key: string; readonly passphraseFile?: string | undefined },
): Promise<Authority> {
  const privateKey = await readKey(terminal, key, passphraseFile);
  if (!createPublicKey(privateKey).equals(certificate.publicKey)) throw new KeyForeignError(key, file);
  return { certificate, privateKey };
}

export interface NewKeyOptions {
  readonly algorithm: KeyAlgorithmName;
  readonly cipher?: KeyCipher | undefined;
  readonly passphraseFile?: string | undefined;
}

/** Makes a private key; with a cipher its text is encrypted. */
export async function makeKey(terminal: Terminal, options: NewKeyOptions): Promise<{ key: KeyObject; pem: string }> {
  const { algorithm, passphraseFile, cipher = passphraseFile === undefined ? undefined : 'aes256' } = options;
  const passphrase = cipher && (await newPassphrase(terminal, passphraseFile, 'PEM pass phrase'));
  const { privateKey: key } = await generateKeyPair(algorithm);
  return { key, pem: passphrase === undefined ? writePrivateKey(key) : writeEncryptedKey(key, passphrase, cipher) };
}
