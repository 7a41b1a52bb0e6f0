import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { DerReader } from '../der/der-reader.ts';
import { nameText } from './canonical-name.ts';
import type { Certificate } from './certificate.ts';

/** The authorities that may stand between a leaf and a root. */
const MOST_INTERMEDIATES = 8;
/** Steps and signatures: whoever sends certificates that all fit each other must not occupy who verifies them. */
const MOST_EFFORT = 200;

/** One way from a leaf upwards, the leaf first. */
export interface Path {
  readonly certificates: readonly Certificate[];
  /** What the last one is: a trusted root, one whose issuer is not there, or one too many. */
  readonly end: 'root' | 'no-issuer' | 'too-long';
}

interface Pool {
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
}

/** Finds the ways from a leaf to the roots, the likelier first. */
export class ChainSearch {
  readonly #pool: Pool;
  readonly #signatures = new Map<Certificate, Map<Certificate, boolean>>();
  #effort = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Whether ways were left untried. */
  get isExhausted(): boolean {
    return this.#effort > MOST_EFFORT;
  }

  *paths(leaf: Certificate): Generator<Path> {
    yield* this.#grow([leaf], leaf);
  }

  isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
    const known = this.#signatures.get(certificate) ?? new Map<Certificate, boolean>();
    this.#signatures.set(certificate, known);
    const before = known.get(issuer);
    if (before !== undefined) return before;
    this.#effort++;
    const answer = isSignedByKey(certificate, issuer.publicKey);
    known.set(issuer, answer);
    return answer;
  }

  *#grow(path: readonly Certificate[], last: Certificate): Generator<Path> {
    this.#effort++;
    if (this.#isRoot(last)) {
      yield { certificates: path, end: 'root' };
      return;
    }
    const isUsed = (issuer: Certificate): boolean => path.some((member) => isSameEntity(member, issuer));
    const issuers = this.#issuersOf(last).filter((issuer) => !isUsed(issuer));
    const near = path.length > MOST_INTERMEDIATES ? issuers.filter((issuer) => this.#isRoot(issuer)) : issuers;
    if (near.length === 0) yield { certificates: path, end: issuers.length === 0 ? 'no-issuer' : 'too-long' };
    for (const issuer of near) {
      if (this.isExhausted) return;
      yield* this.#grow([...path, issuer], issuer);
    }
  }

  #isRoot({ fingerprint256: own }: Certificate): boolean {
    return this.#pool.roots.some(({ fingerprint256 }) => fingerprint256 === own);
  }

  /** Those whose signature it is; or else one by name, so that its wrong signature can be told. */
  #issuersOf(certificate: Certificate): readonly Certificate[] {
    const { roots, intermediates } = this.#pool;
    const others = intermediates.filter((candidate) => !this.#isRoot(candidate));
    const named = [...roots, ...others].filter((candidate) => isNamedBy(candidate, certificate));
    const fits = (candidate: Certificate): number => (isKeyIdentifierOf(candidate, certificate) ? 0 : 1);
    const likelier = named.toSorted((left, right) => fits(left) - fits(right));
    const signers = likelier.filter((candidate) => !this.isExhausted && this.isSignedBy(certificate, candidate));
    return signers.length > 0 ? signers : likelier.slice(0, 1);
  }
}

interface Names {
  readonly subject: string;
  readonly issuer: string;
}

const names = new WeakMap<Certificate, Names>();

/** The names in the form in which they are compared (RFC 5280 §7.1). */
function namesOf(certificate: Certificate): Names {
  const before = names.get(certificate);
  if (before !== undefined) return before;
  const canonical = (der: Buffer): string => nameText(DerReader.of(der, 'name'));
  const read = { subject: canonical(certificate.subjectDer), issuer: canonical(certificate.issuerDer) };
  names.set(certificate, read);
  return read;
}

/** Whether the issuer that a certificate names is this one. */
export const isNamedBy = (issuer: Certificate, certificate: Certificate): boolean =>
  namesOf(issuer).subject === namesOf(certificate).issuer;

export const isSelfIssued = (certificate: Certificate): boolean => isNamedBy(certificate, certificate);

/** Identifiers that are absent fit (RFC 5280 §4.2.1.1). */
export const isKeyIdentifierOf = (issuer: Certificate, { authorityKeyIdentifier: wanted }: Certificate): boolean =>
  wanted === undefined || issuer.subjectKeyIdentifier === undefined || wanted === issuer.subjectKeyIdentifier;

/** One authority may have several certificates, of which a path needs one. */
const isSameEntity = (left: Certificate, right: Certificate): boolean =>
  namesOf(left).subject === namesOf(right).subject && left.publicKey.equals(right.publicKey);

function isSignedByKey(certificate: Certificate, key: KeyObject): boolean {
  try {
    return new X509Certificate(certificate.der).verify(key);
  } catch {
    return false;
  }
}
