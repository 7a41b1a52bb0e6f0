import { X509Certificate } from 'node:crypto';

import type { Certificate } from '../certificate/certificate.ts';
import { readCertificates } from '../certificate/certificate.ts';
import { verifyChain } from '../certificate/verify-chain.ts';
import type { SigningRequest } from '../csr/signing-request.ts';
import { keyFingerprint } from '../key/key-fingerprint.ts';
import type { OrderMeta } from '../plugin/certificate-plugin.ts';

/** More is no chain; octets. */
export const LONGEST_ANSWER = 48 << 10;

/** What a person's answer is measured with. */
export interface AnswerCheck {
  readonly request: SigningRequest;
  readonly profile: OrderMeta['profile'];
  /** Whom to trust; empty: whoever issued it. */
  readonly roots: readonly Certificate[];
  readonly time: Date;
}

/** PEM. */
export interface Answer {
  readonly certificate: string;
  readonly intermediates: string;
}

const purposes = { client: ['client'], server: ['server'], peer: ['client', 'server'] } as const;

/**
 * Reads the certificates that a person has brought, in whatever order.
 *
 * @throws an error that says what is wrong with them
 */
export function readAnswer(text: string, { request, profile, roots, time }: AnswerCheck): Answer {
  if (text.length > LONGEST_ANSWER) throw new Error(`it has more than ${LONGEST_ANSWER} octets`);
  const all = readCertificates(text);
  const leaf = all.find((candidate) => keyFingerprint(candidate.publicKey) === request.fingerprint);
  if (leaf === undefined) throw new Error('no certificate in it is for the key of the request');
  if (leaf.isAuthority) throw new Error("the certificate is an authority's");
  if (leaf.notAfter <= time) throw new Error(`the certificate has expired on ${leaf.notAfter.toISOString()}`);
  const others = all.filter((one) => one !== leaf);
  const trusted = roots.length === 0 ? [] : purposes[profile];
  const [chain = issuersOf(leaf, others)] = trusted.map((purpose) =>
    verifyChain(leaf, { roots, intermediates: others, time, purpose }).slice(1),
  );
  return { certificate: leaf.pem, intermediates: chain.map(({ pem }) => pem).join('') };
}

/** The issuer first; what issued nothing of it is left out. */
function issuersOf(leaf: Certificate, others: readonly Certificate[]): Certificate[] {
  const chain: Certificate[] = [];
  for (let below = leaf; ;) {
    const issuer = others.find((one) => !chain.includes(one) && hasIssued(one, below));
    if (issuer === undefined) return chain;
    chain.push(issuer);
    below = issuer;
  }
}

const hasIssued = (issuer: Certificate, below: Certificate): boolean =>
  new X509Certificate(below.der).checkIssued(new X509Certificate(issuer.der)) &&
  new X509Certificate(below.der).verify(issuer.publicKey);
