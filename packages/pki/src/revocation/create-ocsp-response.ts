import type { Certificate } from '../certificate/certificate.ts';
import { encodeExtension } from '../certificate/extensions.ts';
import type { Authority } from '../certificate/issue.ts';
import { issuerParts } from '../certificate/issuer-parts.ts';
import type { WallClock } from '../certificate/validity.ts';
import { bitString, enumerated, explicit, fromDer, generalizedTime, implicit } from '../der/der.ts';
import { octetString, oid, sequence, tagged, toDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { oids } from '../der/oids.ts';
import type { CertificateProblem } from '../errors.ts';
import { isIssuedBy } from './certificate-id.ts';
import type { CertificateId } from './certificate-id.ts';
import type { RevocationStatus } from './check-revoked.ts';
import { RevocationRefusedError } from './errors.ts';
import { nonceExtension } from './ocsp-nonce.ts';
import type { OcspRequest } from './ocsp-request.ts';
import { responderProblem } from './ocsp-responder.ts';
import { failureNumber } from './ocsp-status.ts';
import type { OcspFailure } from './ocsp-status.ts';
import { reasonNumber } from './reasons.ts';
import { backDated, unless } from './signing.ts';

export interface OcspResponseOptions {
  readonly request: OcspRequest;
  /** Whose certificates are asked about; those of others get the answer unknown. */
  readonly issuer: Certificate;
  /** Who signs: the issuer, or who has a certificate of the profile `ocspResponder` from it. */
  readonly responder: Authority;
  /** Of a certificate of the issuer, by serial number. */
  readonly statusOf: (serialNumber: string) => RevocationStatus;
  /** When there will be newer answers. */
  readonly nextUpdate: Date;
  readonly clock: WallClock;
}

/**
 * The signed answer to a request, as DER (RFC 6960 §4.2).
 *
 * @throws RevocationRefusedError with all problems, KeyUnsupportedError
 */
export function createOcspResponse(options: OcspResponseOptions): Buffer {
  const { request, issuer, responder, nextUpdate, clock } = options;
  const thisUpdate = backDated(clock);
  const problems = problemsOf(options, thisUpdate);
  if (problems.length > 0) throw new RevocationRefusedError('OCSP response', problems);
  const { algorithm } = issuerParts(responder);
  const nonce = request.nonce && encodeExtension(nonceExtension(request.nonce));
  const data = sequence(
    // By name: GnuTLS looks for a key hash in key identifiers, which need not be SHA-1.
    tagged(1, fromDer(responder.certificate.subjectDer)),
    generalizedTime(new Date(clock.now())),
    sequence(...request.ids.map((id) => encodeAnswer(id, statusOf(id, options), thisUpdate, nextUpdate))),
    ...(nonce === undefined ? [] : [explicit(1, sequence(nonce))]),
  );
  const isIssuer = responder.certificate.der.equals(issuer.der);
  const basic = sequence(
    data,
    algorithm.signatureAlgorithm(),
    bitString(algorithm.sign(toDer(data), responder.privateKey)),
    ...(isIssuer ? [] : [explicit(0, sequence(fromDer(responder.certificate.der)))]),
  );
  const bytes = sequence(oid(oids.ocspBasic), octetString(toDer(basic)));
  return toDer(sequence(enumerated(0), explicit(0, bytes)));
}

/** The answer to who cannot be answered, as DER; it is not signed (RFC 6960 §2.3). */
export const createOcspFailure = (failure: OcspFailure): Buffer => toDer(sequence(enumerated(failureNumber(failure))));

const statusOf = (id: CertificateId, { issuer, statusOf: ask }: OcspResponseOptions): RevocationStatus =>
  isIssuedBy(id, issuer) ? ask(id.serialNumber) : { status: 'unknown', why: 'another issued it' };

function encodeAnswer(id: CertificateId, status: RevocationStatus, thisUpdate: Date, nextUpdate: Date): DerNode {
  return sequence(id.node, encodeStatus(status), generalizedTime(thisUpdate), explicit(0, generalizedTime(nextUpdate)));
}

function encodeStatus(status: RevocationStatus): DerNode {
  if (status.status === 'good') return implicit(0, Buffer.alloc(0));
  if (status.status === 'unknown') return implicit(2, Buffer.alloc(0));
  const { revokedAt, reason } = status;
  const reasons = reason === 'unspecified' ? [] : [explicit(0, enumerated(reasonNumber(reason)))];
  return tagged(1, generalizedTime(revokedAt), ...reasons);
}

function problemsOf(
  { issuer, responder, nextUpdate, clock }: OcspResponseOptions,
  thisUpdate: Date,
): CertificateProblem[] {
  const { certificate } = responder;
  const why = responderProblem(certificate, issuer, new Date(clock.now()));
  return [
    ...unless(why === undefined, 'responder', why ?? ''),
    ...unless(
      certificate.publicKey.equals(issuerParts(responder).verifyingKey),
      'signing-key',
      "the signing key is not the responder's",
    ),
    ...unless(nextUpdate > thisUpdate, 'next-update', 'the next answer would come before this one'),
  ];
}
