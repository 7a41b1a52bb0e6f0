import { nameText } from '../certificate/canonical-name.ts';
import { certificateOf } from '../certificate/certificate.ts';
import type { Certificate } from '../certificate/certificate.ts';
import type { Signed } from '../certificate/signature.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { readCertificateId } from './certificate-id.ts';
import type { CertificateId } from './certificate-id.ts';
import type { RevocationStatus } from './check-revoked.ts';
import { OcspUnreadableError } from './errors.ts';
import { nonceOf } from './ocsp-nonce.ts';
import { ocspStatusOf } from './ocsp-status.ts';
import type { OcspFailure } from './ocsp-status.ts';
import { readExtensions } from './read-extensions.ts';
import { reasonOf } from './reasons.ts';

export interface OcspAnswer {
  readonly id: CertificateId;
  readonly status: RevocationStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

/** What a responder said. Whether to believe it is `checkOcspResponse`'s matter. */
export interface OcspResponse extends Signed {
  readonly producedAt: Date;
  /** In the form of `nameText`; or else its key is named. */
  readonly responderName: string | undefined;
  /** SHA-1 over the bits of the responder's key. */
  readonly responderKeyHash: Buffer | undefined;
  readonly answers: readonly OcspAnswer[];
  readonly nonce: Buffer | undefined;
  readonly certificates: readonly Certificate[];
}

/** The answer, or why there is none; who does not answer does not sign either. */
export type OcspResult =
  { readonly status: OcspFailure } | { readonly status: 'successful'; readonly response: OcspResponse };

/** @throws OcspUnreadableError */
export function readOcspResponse(der: Uint8Array): OcspResult {
  try {
    const [number, bytes] = DerReader.of(der, 'OCSP response').sequence();
    const status = number && ocspStatusOf(number.enumerated());
    if (status === undefined) throw new Error('its status is none that is known');
    if (status !== 'successful') return { status };
    if (bytes === undefined) throw new Error('it succeeded and says nothing');
    const next = bytes.only().fields();
    if (next().oid() !== oids.ocspBasic) throw new Error('it is of another kind than the basic one');
    return { status, response: readBasic(DerReader.of(next().octetString(), 'OCSP response')) };
  } catch (error) {
    throw new OcspUnreadableError('OCSP response', error instanceof Error ? error.message : String(error), error);
  }
}

function readBasic(reader: DerReader): OcspResponse {
  const [data, algorithm, signature, certificates] = reader.sequence();
  if (data === undefined || algorithm === undefined || signature === undefined) throw new Error('a member is missing');
  return {
    ...readData(data),
    certificates:
      certificates
        ?.only()
        .sequence()
        .map((member) => certificateOf(member.der)) ?? [],
    signedPart: data.der,
    signatureAlgorithm: algorithm.fields()().oid(),
    signature: signature.bitString(),
  };
}

function readData(reader: DerReader): Omit<OcspResponse, keyof Signed | 'certificates'> {
  const members = reader.sequence();
  const [responder, producedAt, answers, extensions] = members[0]?.contextTag === 0 ? members.slice(1) : members;
  if (responder === undefined || producedAt === undefined || answers === undefined)
    throw new Error('a member is missing');
  const isNamed = responder.contextTag === 1;
  return {
    responderName: isNamed ? nameText(responder.only()) : undefined,
    responderKeyHash: isNamed ? undefined : responder.only().octetString(),
    producedAt: producedAt.time(),
    answers: answers.sequence().map(readAnswer),
    nonce: nonceOf(readExtensions(extensions?.only().sequence() ?? [], [oids.ocspNonce])),
  };
}

function readAnswer(reader: DerReader): OcspAnswer {
  const [id, status, thisUpdate, ...optional] = reader.sequence();
  if (id === undefined || status === undefined || thisUpdate === undefined) throw new Error('a member is missing');
  readExtensions(
    optional
      .find(({ contextTag }) => contextTag === 1)
      ?.only()
      .sequence() ?? [],
    [],
  );
  return {
    id: readCertificateId(id),
    status: readStatus(status),
    thisUpdate: thisUpdate.time(),
    nextUpdate: optional
      .find(({ contextTag }) => contextTag === 0)
      ?.only()
      .time(),
  };
}

function readStatus(reader: DerReader): RevocationStatus {
  if (reader.contextTag === 0) return { status: 'good' };
  if (reader.contextTag !== 1) return { status: 'unknown', why: 'the responder does not know it' };
  const [revokedAt, reason] = reader.members();
  if (revokedAt === undefined) throw new Error('a member is missing');
  return { status: 'revoked', revokedAt: revokedAt.time(), reason: reasonOf(reason?.only().enumerated() ?? 0) };
}
