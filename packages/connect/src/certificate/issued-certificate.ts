import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { RemoteCertificate } from '@volttron-ts/auth';
import { readCertificate, readCertificates, verifyChain } from '@volttron-ts/pki';
import type { Certificate } from '@volttron-ts/pki';
import { CertificateRequestError } from '../errors.ts';

export interface IssuedCheck {
  readonly address: string;
  readonly name: string;
  readonly privateKey: KeyObject;
  /** PEM of roots that it may come from, besides one that comes with it. */
  readonly roots: readonly (string | undefined)[];
  readonly time: Date;
}

/**
 * The certificate that was answered, with its chain, when it is one for this key and name. Throws
 * CertificateRequestError.
 */
export function checkIssued(
  answer: { readonly certificate: string; readonly intermediates: string },
  { address, name, privateKey, roots, time }: IssuedCheck,
): RemoteCertificate {
  const refuse = (why: string, cause?: unknown): CertificateRequestError =>
    new CertificateRequestError(address, `what it gave is unusable: ${why}`, 'Tell its operator.', { cause });
  try {
    const leaf = readCertificate(answer.certificate);
    const intermediates = certificatesIn(answer.intermediates);
    if (!leaf.publicKey.equals(createPublicKey(privateKey))) throw refuse('it is for another key');
    if (leaf.subject.commonName !== name) throw refuse(`it is for ${JSON.stringify(leaf.subject.commonName)}`);
    // What came over the platform's https is as good as the platform's word for it.
    const trusted = [...roots.flatMap(certificatesIn), ...intermediates.filter(isSelfIssued)];
    const chain = verifyChain(leaf, { roots: trusted, intermediates, time, purpose: 'client' });
    const pems = chain.map(({ pem }) => pem);
    return { certificate: pems.slice(0, -1).join(''), root: pems.at(-1) ?? '' };
  } catch (error) {
    if (error instanceof CertificateRequestError) throw error;
    throw refuse(error instanceof Error ? error.message.replace(/\.$/, '') : String(error), error);
  }
}

const certificatesIn = (pem: string | undefined): Certificate[] =>
  pem === undefined || pem.trim() === '' ? [] : readCertificates(pem);

const isSelfIssued = ({ subjectDer, issuerDer }: Certificate): boolean => subjectDer.equals(issuerDer);
