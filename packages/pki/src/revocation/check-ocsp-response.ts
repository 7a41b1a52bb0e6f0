import { nameText } from '../certificate/canonical-name.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { isSignedByKey } from '../certificate/signature.ts';
import { DerReader } from '../der/der-reader.ts';
import { isIssuedBy, keyHash } from './certificate-id.ts';
import type { RevocationStatus } from './check-revoked.ts';
import { responderProblem } from './ocsp-responder.ts';
import type { OcspResponse } from './ocsp-response.ts';

export interface OcspCheck {
  readonly issuer: Certificate;
  readonly time: Date;
  /** The one that was sent; an answer without it may be old. */
  readonly nonce?: Uint8Array;
}

/** What an answer that is signed by the issuer or its delegate, and is valid at that time, says of a certificate. */
export function checkOcspResponse(
  certificate: Certificate,
  response: OcspResponse,
  check: OcspCheck,
): RevocationStatus {
  const unknown = (why: string): RevocationStatus => ({ status: 'unknown', why });
  const { issuer, time, nonce } = check;
  const untrusted = whyNot(response, check);
  if (untrusted !== undefined) return unknown(untrusted);
  if (nonce !== undefined && response.nonce?.equals(nonce) !== true)
    return unknown('the answer is not to this request');
  const answer = response.answers.find(
    ({ id }) => id.serialNumber === certificate.serialNumber && isIssuedBy(id, issuer),
  );
  if (answer === undefined) return unknown('the answer says nothing of it');
  if (!(answer.thisUpdate <= time)) return unknown('the answer is not yet valid');
  if (answer.nextUpdate !== undefined && answer.nextUpdate < time) return unknown('the answer has ended');
  return answer.status;
}

function whyNot(response: OcspResponse, { issuer, time }: OcspCheck): string | undefined {
  const candidates = [issuer, ...response.certificates].filter((candidate) => isResponder(response, candidate));
  if (candidates.length === 0) return 'the certificate of the responder is not there';
  const responder = candidates.find(({ publicKey }) => isSignedByKey(response, publicKey));
  return responder === undefined
    ? "the answer is not signed by the responder's key"
    : responderProblem(responder, issuer, time);
}

function isResponder({ responderName, responderKeyHash }: OcspResponse, candidate: Certificate): boolean {
  if (responderName === undefined) return responderKeyHash?.equals(keyHash(candidate)) === true;
  return nameText(DerReader.of(candidate.subjectDer, 'name')) === responderName;
}
