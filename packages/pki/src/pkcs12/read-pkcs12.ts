import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { certificateOf } from '../certificate/certificate.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { Pkcs12PassphraseError, Pkcs12UnreadableError } from './errors.ts';
import { decrypt } from './password-encryption.ts';
import { checkMac } from './pkcs12-mac.ts';

/** What a PKCS#12 file holds. */
export interface Pkcs12Content {
  readonly privateKey: KeyObject;
  readonly certificate: Certificate;
  /** The other certificates, in the file's order. */
  readonly chain: readonly Certificate[];
}

const ITEM = 'PKCS#12 file';

/**
 * Reads a file with one private key: PBES2 or the older 3DES form, with a checksum.
 *
 * @throws Pkcs12PassphraseError for the wrong passphrase, Pkcs12UnreadableError
 */
export async function readPkcs12(file: Uint8Array, passphrase: string): Promise<Pkcs12Content> {
  try {
    const [version, content, mac] = DerReader.of(file, ITEM).sequence();
    if (version?.integer() !== 3 || content === undefined) throw new Error('it is not of version 3');
    if (mac === undefined) throw new Error('it has no checksum, so that nobody knows whether it is whole');
    const safe = plainContent(content);
    checkMac(mac, safe, passphrase);
    const bags: Bag[] = [];
    for (const part of DerReader.of(safe, ITEM).sequence()) bags.push(...(await readSafe(part, passphrase)));
    return await contentOf(bags, passphrase);
  } catch (error) {
    if (error instanceof Pkcs12PassphraseError || error instanceof Pkcs12UnreadableError) throw error;
    throw new Pkcs12UnreadableError(error instanceof Error ? error.message : String(error), error);
  }
}

function plainContent(reader: DerReader): Buffer {
  const [type, content] = reader.sequence();
  if (type?.oid() !== oids.data || content?.contextTag !== 0)
    throw new Error('it is protected by a key, not a passphrase');
  return content.only().octetString();
}

interface Bag {
  readonly id: string;
  readonly value: DerReader;
}

async function readSafe(reader: DerReader, passphrase: string): Promise<Bag[]> {
  const [type, content] = reader.sequence();
  const isEncrypted = type?.oid() === oids.encryptedData;
  const plain = isEncrypted && content ? await decryptContent(content.only(), passphrase) : plainContent(reader);
  return DerReader.of(plain, ITEM)
    .sequence()
    .map((bag) => {
      const next = bag.fields();
      return { id: next().oid(), value: next().only() };
    });
}

function decryptContent(data: DerReader, passphrase: string): Promise<Buffer> {
  const next = data.fields();
  next();
  const info = next().fields();
  info();
  const [algorithm, content] = [info(), info()];
  return decrypt(algorithm, content.content(), passphrase);
}

async function contentOf(bags: readonly Bag[], passphrase: string): Promise<Pkcs12Content> {
  const isKey = ({ id }: Bag): boolean => id === oids.keyBag || id === oids.pkcs8ShroudedKeyBag;
  const [keyBag, ...more] = bags.filter(isKey);
  if (keyBag === undefined || more.length > 0)
    throw new Error(`it holds ${keyBag === undefined ? 0 : more.length + 1} private keys instead of one`);
  const privateKey = await readKey(keyBag, passphrase);
  const publicKey = createPublicKey(privateKey);
  const certificates = bags.filter(({ id }) => id === oids.certBag).map(({ value }) => readCertificateBag(value));
  const certificate = certificates.find((candidate) => candidate.publicKey.equals(publicKey));
  if (certificate === undefined) throw new Error('it holds no certificate of its private key');
  return { privateKey, certificate, chain: certificates.filter((other) => other !== certificate) };
}

async function readKey({ id, value }: Bag, passphrase: string): Promise<KeyObject> {
  const shrouded = id === oids.keyBag ? undefined : value.fields();
  const key = shrouded === undefined ? value.der : await decrypt(shrouded(), shrouded().octetString(), passphrase);
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch (error) {
    throw new Pkcs12UnreadableError('its private key is none that can be used', error);
  }
}

function readCertificateBag(value: DerReader): Certificate {
  const [type, content] = value.sequence();
  if (type?.oid() !== oids.x509Certificate || content === undefined) throw new Error('a certificate is none of X.509');
  return certificateOf(content.only().octetString());
}
