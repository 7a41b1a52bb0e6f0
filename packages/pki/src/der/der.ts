import forge from 'node-forge';

/** One ASN.1 value, to be written as DER. */
export type DerNode = forge.asn1.Asn1;

/** forge's codec as it is: its declared types know neither context-specific tag numbers nor the reading options. */
interface Asn1Codec {
  readonly create: (tagClass: number, tag: number, constructed: boolean, value: string | readonly DerNode[]) => DerNode;
  readonly fromDer: (
    bytes: string,
    options: Readonly<Record<'strict' | 'parseAllBytes' | 'decodeBitStrings', boolean>>,
  ) => DerNode;
}

const { create, fromDer: parse } = forge.asn1 as unknown as Asn1Codec;
const { oidToDer, integerToDer, Type } = forge.asn1;
const { UNIVERSAL, CONTEXT_SPECIFIC } = forge.asn1.Class;

/** forge keeps bytes in strings, one character each. */
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const universal = (type: forge.asn1.Type, bytes: string): DerNode => create(UNIVERSAL, type, false, bytes);

export const sequence = (...members: DerNode[]): DerNode => create(UNIVERSAL, Type.SEQUENCE, true, members);
export const set = (...members: DerNode[]): DerNode => create(UNIVERSAL, Type.SET, true, members);
export const oid = (id: string): DerNode => universal(Type.OID, oidToDer(id).getBytes());
export const boolean = (value: boolean): DerNode => universal(Type.BOOLEAN, value ? '\xff' : '\0');
export const integer = (value: number): DerNode => universal(Type.INTEGER, integerToDer(value).getBytes());
export const nullValue = (): DerNode => universal(Type.NULL, '');
/** The content octets of an INTEGER: two's complement, big endian. */
export const integerBytes = (value: Uint8Array): DerNode => universal(Type.INTEGER, text(value));
export const octetString = (value: Uint8Array): DerNode => universal(Type.OCTETSTRING, text(value));
export const bitString = (value: Uint8Array, unusedBits = 0): DerNode =>
  universal(Type.BITSTRING, String.fromCharCode(unusedBits) + text(value));
export const utf8String = (value: string): DerNode => universal(Type.UTF8, text(Buffer.from(value, 'utf8')));
export const printableString = (value: string): DerNode => universal(Type.PRINTABLESTRING, value);

/** forge keeps this one type as text. */
export const bmpString = (value: string): DerNode => universal(Type.BMPSTRING, value);

export const ia5String = (value: string): DerNode => universal(Type.IA5STRING, value);

/** `[tag] EXPLICIT` */
export const explicit = (tag: number, member: DerNode): DerNode => create(CONTEXT_SPECIFIC, tag, true, [member]);
/** `[tag] IMPLICIT` of a primitive type, given its content octets. */
export const implicit = (tag: number, content: Uint8Array): DerNode =>
  create(CONTEXT_SPECIFIC, tag, false, text(content));

/** `[tag] IMPLICIT` of a constructed type. */
export const tagged = (tag: number, ...members: DerNode[]): DerNode => create(CONTEXT_SPECIFIC, tag, true, members);

/** A BIT STRING of named bits: bit 0 is the most significant one, trailing zeros are left out (X.690 §11.2.2). */
export function namedBits(bits: readonly number[]): DerNode {
  const last = Math.max(-1, ...bits);
  const bytes = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(bytes, last < 0 ? 0 : 7 - (last & 7));
}

/** UTCTime through 2049, GeneralizedTime from 2050 on, whole seconds (RFC 5280 §4.1.2.5). */
export function time(date: Date): DerNode {
  const digits = date.toISOString().slice(0, 19).replace(/[-T:]/g, '');
  return date.getUTCFullYear() >= 2050
    ? universal(Type.GENERALIZEDTIME, `${digits}Z`)
    : universal(Type.UTCTIME, `${digits.slice(2)}Z`);
}

/** GeneralizedTime, whole seconds, as revocation answers have it for all years (RFC 6960 §4.2.2.1). */
export function generalizedTime(date: Date): DerNode {
  return universal(Type.GENERALIZEDTIME, `${date.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`);
}

export const enumerated = (value: number): DerNode => universal(Type.ENUMERATED, integerToDer(value).getBytes());

export function toDer(node: DerNode): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), 'latin1');
}

/** Takes DER apart; throws forge's plain errors, which `der-reader.ts` turns into ours. */
export function fromDer(bytes: Uint8Array): DerNode {
  // forge would guess at structures inside bit strings.
  return parse(text(bytes), { strict: true, parseAllBytes: true, decodeBitStrings: false });
}
