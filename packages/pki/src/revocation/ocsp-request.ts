import type { Certificate } from '../certificate/certificate.ts';
import { encodeExtension } from '../certificate/extensions.ts';
import { explicit, sequence, toDer } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { encodeCertificateId, readCertificateId } from './certificate-id.ts';
import type { CertificateId } from './certificate-id.ts';
import { OcspUnreadableError } from './errors.ts';
import { nonceExtension, nonceOf } from './ocsp-nonce.ts';
import { readExtensions } from './read-extensions.ts';

/** A question about the status of certificates (RFC 6960 §4.1). Signatures of requests are not looked at. */
export interface OcspRequest {
  readonly der: Buffer;
  readonly ids: readonly CertificateId[];
  /** By which who asks recognises the answer as new. */
  readonly nonce: Buffer | undefined;
}

export interface OcspQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** 1 to 128 octets, better 32 random ones (RFC 9654 §2.1). */
  readonly nonce?: Uint8Array;
}

/** More certificates than anybody asks for at once. */
const MOST = 100;

/** @throws OcspUnreadableError for a nonce of no length or too long */
export function createOcspRequest({ certificate, issuer, nonce }: OcspQuestion): OcspRequest {
  const id = encodeCertificateId(certificate.serialNumber, issuer);
  const extensions = nonce === undefined ? [] : [explicit(2, sequence(encodeExtension(nonceExtension(nonce))))];
  return readOcspRequest(toDer(sequence(sequence(sequence(sequence(id)), ...extensions))));
}

/** @throws OcspUnreadableError */
export function readOcspRequest(der: Uint8Array): OcspRequest {
  try {
    const [tbs] = DerReader.of(der, 'OCSP request').sequence();
    const members = tbs?.sequence() ?? [];
    const list = members.find(({ contextTag }) => contextTag === undefined)?.sequence() ?? [];
    if (list.length === 0 || list.length > MOST)
      throw new Error(`it asks for ${list.length} certificates instead of 1 to ${MOST}`);
    const tagged =
      members
        .find(({ contextTag }) => contextTag === 2)
        ?.only()
        .sequence() ?? [];
    return {
      der: Buffer.from(der),
      ids: list.map(readRequest),
      nonce: nonceOf(readExtensions(tagged, [oids.ocspNonce])),
    };
  } catch (error) {
    throw new OcspUnreadableError('OCSP request', error instanceof Error ? error.message : String(error), error);
  }
}

function readRequest(reader: DerReader): CertificateId {
  const [id, extensions] = reader.sequence();
  if (id === undefined) throw new Error('it asks for nothing');
  readExtensions(extensions?.only().sequence() ?? [], []);
  return readCertificateId(id);
}
