import { oid, sequence, tagged, toDer } from '../der/der.ts';
import type { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import type { Extension } from './extensions.ts';
import { nameTag, uriName } from './general-names.ts';

/** Where a verifier finds the revocation list, the OCSP responder and the issuer's certificate (DER). */
export interface RevocationUrls {
  readonly crl?: string;
  readonly ocsp?: string;
  readonly issuer?: string;
}

export function revocationExtensions({ crl, ocsp, issuer }: RevocationUrls): Extension[] {
  const access = [
    ...(ocsp === undefined ? [] : [sequence(oid(oids.ocsp), uriName(ocsp))]),
    ...(issuer === undefined ? [] : [sequence(oid(oids.caIssuers), uriName(issuer))]),
  ];
  const points = crl === undefined ? [] : [sequence(tagged(0, tagged(0, uriName(crl))))];
  return [
    { id: oids.cRLDistributionPoints, members: points },
    { id: oids.authorityInfoAccess, members: access },
  ].flatMap(({ id, members }) =>
    members.length === 0 ? [] : [{ oid: id, critical: false, value: toDer(sequence(...members)) }],
  );
}

/** The first one of each kind. */
export function readRevocationUrls(points: DerReader | undefined, access: DerReader | undefined): RevocationUrls {
  const crl = (points?.sequence() ?? []).flatMap(urlsOfPoint)[0];
  const accesses = (access?.sequence() ?? []).map((description) => {
    const [method, location] = description.sequence();
    return { method: method?.oid(), url: location && urlOf(location) };
  });
  const by = (id: string): string | undefined => accesses.find(({ method, url }) => method === id && url)?.url;
  const [ocsp, issuer] = [by(oids.ocsp), by(oids.caIssuers)];
  return { ...(crl && { crl }), ...(ocsp && { ocsp }), ...(issuer && { issuer }) };
}

function urlsOfPoint(point: DerReader): string[] {
  const names = point.sequence().find((member) => member.contextTag === 0);
  const full = names?.members().find((member) => member.contextTag === 0);
  return full?.members().flatMap((name) => urlOf(name) ?? []) ?? [];
}

const urlOf = (name: DerReader): string | undefined =>
  name.contextTag === nameTag.uri ? name.content().toString('latin1') : undefined;
