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

/** The same text for the same name. */
export const nameText = (name: DerReader): string => canonicalName(name).join();

function canonicalAttribute(attribute: DerReader): string {
  const [type, value, ...more] = attribute.sequence();
  const decode = encodings[value?.universalTag ?? -1];
  const isText = value !== undefined && decode !== undefined && more.length === 0 && !value.isConstructed;
  // What is no text is equal to itself alone.
  if (type === undefined || !isText) return `#${attribute.der.toString('hex')}`;
  return `${type.oid()}=${decode(value.content()).trim().replace(/\s+/g, ' ').toLowerCase()}`;
}
