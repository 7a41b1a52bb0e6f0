import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { RemoteCertificate } from '@volttron-ts/auth';
import { readCertificate, readCertificates } from '@volttron-ts/pki';
import type { Certificate } from '@volttron-ts/pki';
import { CertificateRequestError } from '../errors.ts';

export interface IssuedCheck {
  readonly address: string;
  readonly name: string;
  readonly privateKey: KeyObject;
  /** PEM, where discovery names it. */
  readonly root: string | undefined;
  readonly now: Date;
}

/** The certificate that was answered, with its chain, when it is one for this key and name. Throws CertificateRequestError. */
export function checkIssued(
  answer: { readonly certificate: string; readonly intermediates: string },
  { address, name, privateKey, root, now }: IssuedCheck,
): RemoteCertificate {
  const refuse = (why: string, cause?: unknown): CertificateRequestError =>
    new CertificateRequestError(address, `what it gave is unusable: ${why}`, 'Tell its operator; do not use it.', {
      cause,
    });
  let leaf: Certificate;
  let chain: Certificate[];
  try {
    leaf = readCertificate(answer.certificate);
    chain = answer.intermediates.trim() === '' ? [] : readCertificates(answer.intermediates);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message.replace(/\.$/, '') : String(error), error);
  }
  if (!leaf.publicKey.equals(createPublicKey(privateKey))) throw refuse('it is for another key');
  if (leaf.subject.commonName !== name) throw refuse(`it is for ${JSON.stringify(leaf.subject.commonName)}`);
  if (now < leaf.notBefore || now > leaf.notAfter) {
    throw refuse(`it is valid from ${leaf.notBefore.toISOString()} to ${leaf.notAfter.toISOString()}`);
  }
  const isRoot = (one: Certificate): boolean => one.subjectDer.equals(one.issuerDer);
  const top = root ?? chain.find(isRoot)?.pem;
  if (top === undefined) throw refuse('the root that it comes from is not among it');
  const between = chain.filter((one) => !isRoot(one));
  return { certificate: [leaf, ...between].map(({ pem }) => pem).join(''), root: top };
}
