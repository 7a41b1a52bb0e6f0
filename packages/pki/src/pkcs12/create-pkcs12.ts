import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import type { Certificate } from '../certificate/certificate.ts';
import { bmpString, explicit, implicit, integer, octetString, oid, sequence, set, toDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { oids } from '../der/oids.ts';
import { Pkcs12RefusedError } from './errors.ts';
import { encrypt } from './password-encryption.ts';
import { encodeMac } from './pkcs12-mac.ts';

export interface Pkcs12Options {
  readonly privateKey: KeyObject;
  readonly certificate: Certificate;
  /** The authorities above it. */
  readonly chain?: readonly Certificate[];
  readonly passphrase: string;
}

/**
 * A file that holds a key, its certificate and its chain, as browsers and Java take it: PKCS#12 (RFC 7292) with PBES2,
 * AES-256-CBC, PBKDF2-SHA256, and a checksum of SHA-256. The certificate's common name is its friendly name.
 *
 * @throws Pkcs12RefusedError
 */
export async function createPkcs12({
  privateKey,
  certificate,
  chain = [],
  passphrase,
}: Pkcs12Options): Promise<Buffer> {
  if (passphrase === '')
    throw new Pkcs12RefusedError('passphrase', 'the passphrase is empty', 'Pass one that nobody guesses.');
  if (!createPublicKey(privateKey).equals(certificate.publicKey))
    throw new Pkcs12RefusedError(
      'private key',
      `the private key is not the one of the certificate of "${certificate.subject.commonName}"`,
      'Pass the certificate that was issued for this key.',
    );
  const attributes = attributesOf(certificate);
  const certificates = toDer(
    sequence(certificateBag(certificate, attributes), ...chain.map((one) => certificateBag(one))),
  );
  const key = await encrypt(privateKey.export({ type: 'pkcs8', format: 'der' }), passphrase);
  const shrouded = sequence(key.algorithm, octetString(key.content));
  const keys = toDer(sequence(bag(oids.pkcs8ShroudedKeyBag, shrouded, attributes)));
  const safe = toDer(sequence(await encryptedContent(certificates, passphrase), plainContent(keys)));
  return toDer(sequence(integer(3), plainContent(safe), encodeMac(safe, passphrase)));
}

const plainContent = (content: Uint8Array): DerNode => sequence(oid(oids.data), explicit(0, octetString(content)));

async function encryptedContent(plain: Uint8Array, passphrase: string): Promise<DerNode> {
  const { algorithm, content } = await encrypt(plain, passphrase);
  const info = sequence(oid(oids.data), algorithm, implicit(0, content));
  return sequence(oid(oids.encryptedData), explicit(0, sequence(integer(0), info)));
}

const bag = (id: string, value: DerNode, attributes: readonly DerNode[]): DerNode =>
  sequence(oid(id), explicit(0, value), ...(attributes.length === 0 ? [] : [set(...attributes)]));

function certificateBag({ der }: Certificate, attributes: readonly DerNode[] = []): DerNode {
  const value = sequence(oid(oids.x509Certificate), explicit(0, octetString(der)));
  return bag(oids.certBag, value, attributes);
}

/** By the second one readers find the certificate of a key. In the order that DER has for a SET. */
function attributesOf({ subject, der }: Certificate): DerNode[] {
  const name = sequence(oid(oids.friendlyName), set(bmpString(subject.commonName)));
  const id = createHash('sha1').update(der).digest();
  return [name, sequence(oid(oids.localKeyId), set(octetString(id)))].toSorted((left, right) =>
    Buffer.compare(toDer(left), toDer(right)),
  );
}
