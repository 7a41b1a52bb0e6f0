import { ia5String, oid, printableString, sequence, set, utf8String } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import type { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';

/** A subject or issuer. */
export interface DistinguishedName {
  /** Two letters of ISO 3166. */
  readonly country?: string | undefined;
  readonly state?: string | undefined;
  readonly locality?: string | undefined;
  readonly organization?: string | undefined;
  readonly organizationalUnit?: string | undefined;
  readonly commonName: string;
  readonly emailAddress?: string | undefined;
}

interface AttributeType {
  readonly field: keyof DistinguishedName;
  readonly oid: string;
  /** Upper bound of characters (RFC 5280, appendix A.1). */
  readonly longest: number;
}

/** In the order VOLTTRON writes them (reference/rmq-web-csr.md §2.3). */
export const attributeTypes: readonly AttributeType[] = [
  { field: 'country', oid: oids.countryName, longest: 2 },
  { field: 'state', oid: oids.stateOrProvinceName, longest: 128 },
  { field: 'locality', oid: oids.localityName, longest: 128 },
  { field: 'organization', oid: oids.organizationName, longest: 64 },
  { field: 'organizationalUnit', oid: oids.organizationalUnitName, longest: 64 },
  { field: 'commonName', oid: oids.commonName, longest: 64 },
  { field: 'emailAddress', oid: oids.emailAddress, longest: 255 },
];

/** The country must be a PrintableString, the address an IA5String (RFC 5280, appendix A.1); all else is UTF8String. */
const writers: Partial<Record<keyof DistinguishedName, (value: string) => DerNode>> = {
  country: printableString,
  emailAddress: ia5String,
};

/** Each attribute is a set of its own. */
export function encodeName(name: DistinguishedName): DerNode {
  const attributes = attributeTypes.flatMap(({ field, oid: id }) => {
    const value = name[field];
    if (value === undefined) return [];
    return [set(sequence(oid(id), (writers[field] ?? utf8String)(value)))];
  });
  return sequence(...attributes);
}

/** Attributes of other types are left out; of a repeated one the last counts. Without common name it is empty. */
export function readName(reader: DerReader): DistinguishedName {
  const name: Record<string, string> = {};
  for (const attribute of reader.sequence().flatMap((relative) => relative.set())) {
    const [type, value] = attribute.sequence();
    const id = type?.oid();
    const known = attributeTypes.find((candidate) => candidate.oid === id);
    if (known !== undefined && value !== undefined) name[known.field] = value.content().toString('utf8');
  }
  return { commonName: '', ...name };
}
