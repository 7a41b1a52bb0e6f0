import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import { integer, nullValue, octetString, oid, sequence } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import type { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { Pkcs12PassphraseError, Pkcs12UnreadableError } from './errors.ts';
import { pkcs12Key } from './pkcs12-key.ts';

const derive = promisify(pbkdf2);

/** Each try of a passphrase costs who guesses as much as it costs us. */
export const ITERATIONS = 100_000;
/** A file may not occupy who reads it for longer than a second or so. */
const MOST_ITERATIONS = 1_000_000;

interface Cipher {
  readonly name: string;
  readonly keyLength: number;
  readonly ivLength: number;
}

const ciphers: Readonly<Record<string, Cipher>> = {
  [oids['aes128-CBC']]: { name: 'aes-128-cbc', keyLength: 16, ivLength: 16 },
  [oids['aes192-CBC']]: { name: 'aes-192-cbc', keyLength: 24, ivLength: 16 },
  [oids['aes256-CBC']]: { name: 'aes-256-cbc', keyLength: 32, ivLength: 16 },
  [oids['des-EDE3-CBC']]: { name: 'des-ede3-cbc', keyLength: 24, ivLength: 8 },
};

const pseudoRandomFunctions: Readonly<Record<string, string>> = {
  [oids.hmacWithSHA1]: 'sha1',
  [oids.hmacWithSHA256]: 'sha256',
  [oids.hmacWithSHA384]: 'sha384',
  [oids.hmacWithSHA512]: 'sha512',
};

export interface Encrypted {
  /** AlgorithmIdentifier. */
  readonly algorithm: DerNode;
  readonly content: Buffer;
}

/** PBES2 with PBKDF2-SHA256 and AES-256-CBC (RFC 8018 §6.2). */
export async function encrypt(content: Uint8Array, passphrase: string): Promise<Encrypted> {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const key = await derive(passphrase, salt, ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const derivation = sequence(octetString(salt), integer(ITERATIONS), sequence(oid(oids.hmacWithSHA256), nullValue()));
  return {
    algorithm: sequence(
      oid(oids.PBES2),
      sequence(sequence(oid(oids.PBKDF2), derivation), sequence(oid(oids['aes256-CBC']), octetString(iv))),
    ),
    content: Buffer.concat([cipher.update(content), cipher.final()]),
  };
}

/** @throws Pkcs12UnreadableError, Pkcs12PassphraseError, DerError */
export async function decrypt(algorithm: DerReader, content: Uint8Array, passphrase: string): Promise<Buffer> {
  const next = algorithm.fields();
  const id = next().oid();
  const { cipher, key, iv } =
    id === oids.PBES2
      ? await pbes2Key(next(), passphrase)
      : legacyKey(id === oids['pbeWithSHAAnd3-KeyTripleDES-CBC'] ? next() : refuse(id), passphrase);
  if (iv.length !== cipher.ivLength) throw new Pkcs12UnreadableError('its initial vector is of the wrong length');
  try {
    const decipher = createDecipheriv(cipher.name, key, iv);
    return Buffer.concat([decipher.update(content), decipher.final()]);
  } catch {
    throw new Pkcs12PassphraseError();
  }
}

interface CipherKey {
  readonly cipher: Cipher;
  readonly key: Buffer;
  readonly iv: Buffer;
}

async function pbes2Key(parameters: DerReader, passphrase: string): Promise<CipherKey> {
  const next = parameters.fields();
  const [derivation, scheme] = [next().fields(), next().fields()];
  const function_ = derivation().oid();
  if (function_ !== oids.PBKDF2) refuse(function_);
  const [salt, iterations, ...optional] = derivation().sequence();
  const cipherId = scheme().oid();
  const cipher = ciphers[cipherId] ?? refuse(cipherId);
  // The length of the key, which is optional, is the cipher's.
  const prf =
    optional
      .find(({ universalTag }) => universalTag === 16)
      ?.fields()()
      .oid() ?? oids.hmacWithSHA1;
  const hash = pseudoRandomFunctions[prf] ?? refuse(prf);
  if (salt === undefined || iterations === undefined) throw new Pkcs12UnreadableError('a member is missing');
  const key = await derive(passphrase, salt.octetString(), iterationsOf(iterations), cipher.keyLength, hash);
  return { cipher, key, iv: scheme().octetString() };
}

/** The older form (RFC 7292 §C), which Windows still writes. */
function legacyKey(parameters: DerReader, passphrase: string): CipherKey {
  const next = parameters.fields();
  const [salt, iterations] = [next().octetString(), iterationsOf(next())];
  const derivation = { hash: 'sha1', passphrase, salt, iterations } as const;
  const cipher = { name: 'des-ede3-cbc', keyLength: 24, ivLength: 8 };
  return { cipher, key: pkcs12Key(derivation, 'key', 24), iv: pkcs12Key(derivation, 'iv', 8) };
}

/** @throws Pkcs12UnreadableError */
export function iterationsOf(reader: DerReader): number {
  const iterations = reader.integer();
  if (iterations >= 1 && iterations <= MOST_ITERATIONS) return iterations;
  throw new Pkcs12UnreadableError(`it asks for ${iterations} iterations instead of 1 to ${MOST_ITERATIONS}`);
}

function refuse(id: string): never {
  throw new Pkcs12UnreadableError(`its encryption ${id} is not supported`);
}
