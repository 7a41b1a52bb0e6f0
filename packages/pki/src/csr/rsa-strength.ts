import type { KeyObject } from 'node:crypto';

import type { CertificateProblem } from '../errors.ts';
import { rsaModulus } from '../key/key-algorithm.ts';

/** Rounds of Fermat's method: primes closer than this finds in no time were made by a broken generator. */
const FERMAT_ROUNDS = 110;
const SMALL_FACTOR_BELOW = 752;
const EXPONENT = 65_537;

const smallPrimes: readonly number[] = primesBelow(SMALL_FACTOR_BELOW);

/**
 * Primes of Infineon's library are k·M + (65537^a mod M) (Nemec et al. 2017, "The Return of Coppersmith's Attack"), so that
 * modulo each of these primes the modulus is a power of 65537: for keys of others that happens once in 2^27.
 */
const rocaPrimes = [
  ...[3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73],
  ...[79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167],
];
const rocaRemainders: readonly (readonly [prime: number, powers: ReadonlySet<number>])[] = rocaPrimes.map((prime) => [
  prime,
  powersOf(EXPONENT % prime, prime),
]);

/** What makes an RSA key weak; empty for a good one (CA/Browser Forum BR §6.1.5, §6.1.6 and §6.1.1.3). */
export function rsaProblems(key: KeyObject): CertificateProblem[] {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const problems: CertificateProblem[] = [];
  if (modulusLength < rsaModulus.least || modulusLength > rsaModulus.most || modulusLength % 8 !== 0) {
    const allowed = `${rsaModulus.least} to ${rsaModulus.most}, a multiple of 8`;
    problems.push({ code: 'rsa-size', message: `an RSA key has ${allowed}, bits, not ${modulusLength}` });
  }
  if (publicExponent !== BigInt(EXPONENT)) {
    problems.push({ code: 'rsa-exponent', message: `the exponent must be ${EXPONENT}, not ${publicExponent}` });
  }
  // Beyond this size the tests below would take the time of whoever asked them.
  if (modulusLength > rsaModulus.most) return problems;
  return [...problems, ...modulusProblems(modulusOf(key))];
}

function modulusProblems(modulus: bigint): CertificateProblem[] {
  const factor = smallPrimes.find((prime) => modulus % BigInt(prime) === 0n);
  if (factor !== undefined) {
    return [{ code: 'rsa-small-factor', message: `the modulus is divisible by ${factor}` }];
  }
  if (hasClosePrimes(modulus)) {
    return [{ code: 'rsa-close-primes', message: 'the modulus is the product of two numbers that are close' }];
  }
  if (isRoca(modulus)) {
    return [{ code: 'rsa-roca', message: 'the key was made by a library whose keys can be factored (ROCA)' }];
  }
  return [];
}

function modulusOf(key: KeyObject): bigint {
  const { n = '' } = key.export({ format: 'jwk' });
  return BigInt(`0x0${Buffer.from(n, 'base64url').toString('hex')}`);
}

/** Fermat: n = a² − b² with a near the root of n; a square number is the nearest case. */
function hasClosePrimes(modulus: bigint): boolean {
  let a = squareRoot(modulus);
  if (a * a < modulus) a += 1n;
  for (let round = 0; round < FERMAT_ROUNDS; round++, a += 1n) {
    const square = a * a - modulus;
    if (mayBeSquare(square)) {
      const b = squareRoot(square);
      if (b * b === square) return true;
    }
  }
  return false;
}

/** Squares end in few patterns of bits: most numbers are told apart without taking a root. */
const mayBeSquare = (value: bigint): boolean => squaresOf64.has(Number(value & 63n));
const squaresOf64: ReadonlySet<number> = new Set(Array.from({ length: 64 }, (_, n) => (n * n) % 64));

/** The whole part of the square root, by Newton's method. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let x = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

const isRoca = (modulus: bigint): boolean =>
  rocaRemainders.every(([prime, powers]) => powers.has(Number(modulus % BigInt(prime))));

function powersOf(base: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * base) % prime) powers.add(power);
  return powers;
}

function primesBelow(limit: number): number[] {
  const numbers = Array.from({ length: limit - 2 }, (_, n) => n + 2);
  return numbers.filter((n) => numbers.every((other) => other >= n || n % other !== 0));
}
