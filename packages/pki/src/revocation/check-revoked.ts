import { nameText } from '../certificate/canonical-name.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { isSignedByKey } from '../certificate/signature.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import type { RevocationReason } from './reasons.ts';
import type { RevocationList } from './revocation-list.ts';

/** What is known of a certificate at a time. */
export type RevocationStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly revokedAt: Date; readonly reason: RevocationReason }
  /** `why` is a sentence without full stop. */
  | { readonly status: 'unknown'; readonly why: string };

export interface RevocationCheck {
  readonly issuer: Certificate;
  readonly lists: readonly RevocationList[];
  readonly time: Date;
}

/**
 * Looks a certificate up in the newest list of its issuer that is signed by it and valid at that time. That the issuer
 * issued the certificate is `verifyChain`'s matter.
 */
export function checkRevoked(certificate: Certificate, { issuer, lists, time }: RevocationCheck): RevocationStatus {
  const judged = lists.filter(isListOf(issuer)).map((list) => ({ list, why: whyNot(list, issuer, time) }));
  const [newest] = judged
    .filter(({ why }) => why === undefined)
    .toSorted((left, right) => +right.list.thisUpdate - +left.list.thisUpdate);
  if (newest === undefined)
    return { status: 'unknown', why: judged[0]?.why ?? 'no revocation list of its issuer is there' };
  const entry = newest.list.revoked.get(certificate.serialNumber);
  if (entry === undefined) return { status: 'good' };
  return { status: 'revoked', revokedAt: entry.revokedAt, reason: entry.reason };
}

const textOf = (name: Buffer): string => nameText(DerReader.of(name, 'name'));

function isListOf(issuer: Certificate): (list: RevocationList) => boolean {
  const name = textOf(issuer.subjectDer);
  return ({ issuerDer }) => textOf(issuerDer) === name;
}

/** Why a list is of no use at a time; undefined for one that is. */
function whyNot(list: RevocationList, issuer: Certificate, time: Date): string | undefined {
  const isLimited = issuer.extensions.some(({ oid }) => oid === oids.keyUsage);
  if (isLimited && !issuer.keyUsages.includes('cRLSign')) return 'its issuer may not sign revocation lists';
  if (!isSignedByKey(list, issuer.publicKey)) return "the revocation list is not signed by its issuer's key";
  if (!(list.thisUpdate <= time)) return 'the revocation list is not yet valid';
  if (list.nextUpdate !== undefined && list.nextUpdate < time) return 'the revocation list has ended';
  return undefined;
}
