import { checkPrimeSync, createHash, createPublicKey, generatePrimeSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const E = 65_537n;

const modPow = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let [result, square] = [1n, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
};

/** By the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % modulus) + modulus) % modulus;
}

const base64url = (value: bigint): string => {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
};

/** Signs and shows itself like any RSA key. */
export interface RsaKey {
  readonly publicKey: KeyObject;
  readonly sign: (data: Uint8Array) => Buffer;
}

/** A key of two primes that somebody chose. */
function keyOf(p: bigint, q: bigint): RsaKey {
  const [n, phi] = [p * q, (p - 1n) * (q - 1n)];
  const d = inverse(E, phi);
  const publicKey = createPublicKey({
    key: { kty: 'RSA', n: base64url(n), e: base64url(E) },
    format: 'jwk',
  });
  return { publicKey, sign: (data) => signRaw(data, n, d) };
}

const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** RSASSA-PKCS1-v1_5 by hand: node:crypto does not take a key whose primes are out of proportion. */
function signRaw(data: Uint8Array, n: bigint, d: bigint): Buffer {
  const length = Math.ceil(n.toString(16).length / 2);
  const info = Buffer.concat([DIGEST_INFO, createHash('sha256').update(data).digest()]);
  const padded = Buffer.concat([
    Buffer.from([0, 1]),
    Buffer.alloc(length - info.length - 3, 0xff),
    Buffer.from([0]),
    info,
  ]);
  const signature = modPow(BigInt(`0x${padded.toString('hex')}`), d, n);
  return Buffer.from(signature.toString(16).padStart(length * 2, '0'), 'hex');
}

const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true });
const isGood = (p: bigint): boolean => (p - 1n) % E !== 0n && checkPrimeSync(p);

/** Primes one behind the other. */
export function closePrimes(): RsaKey {
  const p = prime(1024);
  let q = p + 2n;
  while (!isGood(q)) q += 2n;
  return keyOf(p, q);
}

export function smallFactor(factor: bigint): RsaKey {
  for (;;) {
    const q = prime(2048 - factor.toString(2).length);
    if (isGood(q) && (factor * q).toString(2).length === 2048) return keyOf(factor, q);
  }
}

/** Primes as Infineon's library made them: k·M + (65537^a mod M), M the product of the first 126 primes. */
export function rocaKey(): RsaKey {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < 126; n++) if (primes.every((one) => n % one !== 0n)) primes.push(n);
  const m = primes.reduce((product, one) => product * one, 1n);
  const one = (): bigint => {
    for (;;) {
      const a = BigInt(`0x${randomBytes(8).toString('hex')}`);
      const k = (3n << 1022n) / m + BigInt(`0x${randomBytes(6).toString('hex')}`);
      const p = (k * m + modPow(E, a, m)) | 0n;
      if (p.toString(2).length === 1024 && isGood(p)) return p;
    }
  };
  for (;;) {
    const [p, q] = [one(), one()];
    if ((p * q).toString(2).length % 8 === 0) return keyOf(p, q);
  }
}
