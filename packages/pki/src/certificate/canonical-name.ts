import type { DerReader } from '../der/der-reader.ts';

/** Encodings of the string types that names are written in, by their universal tag. */
const encodings: Readonly<Record<number, (bytes: Buffer) => string>> = {
  12: (bytes) => bytes.toString('utf8'), // UTF8String
  19: (bytes) => bytes.toString('latin1'), // PrintableString
  20: (bytes) => bytes.toString('latin1'), // TeletexString
  22: (bytes) => bytes.toString('latin1'), // IA5String
  30: (bytes) =>
    Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le'), // BMPString
};

/**
 * The relative names of a Name, each as a text that is equal for equal ones whatever their string type, case and blanks
 * (RFC 5280 §7.1, as openssl compares).
 */
export function canonicalName(name: DerReader): string[] {
  return name.sequence().map((relative) => JSON.stringify(relative.set().map(canonicalAttribute).sort()));
}

export const isSameName = (left: DerReader, right: DerReader): boolean =>
  canonicalName(left).join() === canonicalName(right).join();

function canonicalAttribute(attribute: DerReader): string {
  const next = attribute.fields();
  const [type, value] = [next().oid(), next()];
  const decode = encodings[value.universalTag ?? -1];
  if (decode === undefined) return `${type}=#${value.der.toString('hex')}`;
  return `${type}=${decode(value.content()).trim().replace(/\s+/g, ' ').toLowerCase()}`;
}
