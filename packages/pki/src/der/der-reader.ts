import forge from 'node-forge';

import { DerError } from '../errors.ts';
import { fromDer, toDer } from './der.ts';
import type { DerNode } from './der.ts';

const { Class, Type } = forge.asn1;

/** Reads a DER structure member by member; every surprise is a DerError that names `item`. */
export class DerReader {
  readonly node: DerNode;
  readonly item: string;

  private constructor(node: DerNode, item: string) {
    this.node = node;
    this.item = item;
  }

  /** @throws DerError */
  static of(bytes: Uint8Array, item: string): DerReader {
    try {
      return new DerReader(fromDer(bytes), item);
    } catch (error) {
      throw new DerError(item, 'is no DER', error);
    }
  }

  get der(): Buffer {
    return toDer(this.node);
  }

  /** Tag number of a universal type, undefined for another class. */
  get universalTag(): number | undefined {
    return this.node.tagClass === Class.UNIVERSAL ? this.node.type : undefined;
  }

  /** Tag number of a context-specific type, undefined for another class. */
  get contextTag(): number | undefined {
    return this.node.tagClass === Class.CONTEXT_SPECIFIC ? this.node.type : undefined;
  }

  get isConstructed(): boolean {
    return typeof this.node.value !== 'string';
  }

  /** The members of a constructed value of whatever tag. */
  members(): DerReader[] {
    const { value } = this.node;
    if (typeof value === 'string') throw new DerError(this.item, 'a structure was expected');
    return value.map((member) => new DerReader(member, this.item));
  }

  /** The one member of an explicitly tagged value. */
  only(): DerReader {
    const [member, ...others] = this.members();
    if (member === undefined || others.length > 0) throw new DerError(this.item, 'one member was expected');
    return member;
  }

  sequence(): DerReader[] {
    return this.#expect(Type.SEQUENCE, 'SEQUENCE').members();
  }

  /** The members of a SEQUENCE one by one: each call answers the next, or throws DerError at the end. */
  fields(): () => DerReader {
    const members = this.sequence().values();
    return () => {
      const next = members.next();
      if (next.done === true) throw new DerError(this.item, 'a member is missing');
      return next.value;
    };
  }

  set(): DerReader[] {
    return this.#expect(Type.SET, 'SET').members();
  }

  oid(): string {
    return forge.asn1.derToOid(this.#expect(Type.OID, 'OBJECT IDENTIFIER').content().toString('latin1'));
  }

  boolean(): boolean {
    return this.#expect(Type.BOOLEAN, 'BOOLEAN').content()[0] !== 0;
  }

  integerBytes(): Buffer {
    return this.#expect(Type.INTEGER, 'INTEGER').content();
  }

  /** A small non-negative integer. */
  integer(): number {
    const bytes = this.integerBytes();
    if (bytes.length === 0 || bytes.length > 4) throw new DerError(this.item, 'the number is out of range');
    return bytes.readIntBE(0, bytes.length);
  }

  octetString(): Buffer {
    return this.#expect(Type.OCTETSTRING, 'OCTET STRING').content();
  }

  /** The content of a BIT STRING of whole octets. */
  bitString(): Buffer {
    const bytes = this.#expect(Type.BITSTRING, 'BIT STRING').content();
    if (bytes[0] !== 0) throw new DerError(this.item, 'a BIT STRING of whole octets was expected');
    return bytes.subarray(1);
  }

  /** The numbers of the bits that are set in a BIT STRING. */
  namedBits(): number[] {
    const bytes = this.#expect(Type.BITSTRING, 'BIT STRING').content().subarray(1);
    return [...bytes].flatMap((byte, index) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte & (0x80 >> bit)) !== 0).map((bit) => index * 8 + bit),
    );
  }

  /** Whole seconds of UTC, as RFC 5280 §4.1.2.5 has them. */
  time(): Date {
    const content = this.content().toString('latin1');
    const isUtcTime = this.universalTag === Type.UTCTIME;
    if (!isUtcTime && this.universalTag !== Type.GENERALIZEDTIME) throw new DerError(this.item, 'a time was expected');
    const parts = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(content)?.slice(1) ?? [];
    const [year = '', ...rest] = parts;
    if (year.length !== (isUtcTime ? 2 : 4))
      throw new DerError(this.item, 'a time in UTC and whole seconds was expected');
    const century = isUtcTime ? (Number(year) >= 50 ? '19' : '20') : '';
    const [month, day, hour, minute, second] = rest;
    const date = new Date(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    if (Number.isNaN(+date)) throw new DerError(this.item, 'no such date');
    return date;
  }

  enumerated(): number {
    const bytes = this.#expect(Type.ENUMERATED, 'ENUMERATED').content();
    if (bytes.length !== 1) throw new DerError(this.item, 'the number is out of range');
    return bytes.readInt8(0);
  }

  /** The content octets of a primitive value of whatever tag. */
  content(): Buffer {
    const { value } = this.node;
    if (typeof value !== 'string') throw new DerError(this.item, 'a plain value was expected');
    // forge keeps bytes one in a character, and has decoded this one type.
    if (this.universalTag === Type.BMPSTRING) return Buffer.from(value, 'utf16le').swap16();
    return Buffer.from(value, 'latin1');
  }

  #expect(type: forge.asn1.Type, name: string): this {
    if (this.universalTag !== type) throw new DerError(this.item, `${name} was expected`);
    return this;
  }
}
