import { describe, expect, it } from 'vitest';

import * as der from './der.ts';
import { DerReader } from './der-reader.ts';

const hex = (node: der.DerNode): string => der.toDer(node).toString('hex');
const back = (node: der.DerNode): DerReader => DerReader.of(der.toDer(node), 'test');

describe('DER', () => {
  it.each([
    ['2049-12-31T23:59:59Z', '170d3439313233313233353935395a'],
    ['2050-01-01T00:00:00Z', '180f32303530303130313030303030305a'],
  ])('writes %s as RFC 5280 wants it', (date, expected) => {
    expect(hex(der.time(new Date(date)))).toBe(expected);
    expect(back(der.time(new Date(date))).time()).toEqual(new Date(date));
  });

  it.each([
    [[], '030100'],
    [[0], '03020780'],
    [[5, 6], '03020106'],
    [[0, 8], '0303078080'],
  ])('writes the named bits %j without trailing zeros', (bits, expected) => {
    expect(hex(der.namedBits(bits))).toBe(expected);
    expect(back(der.namedBits(bits)).namedBits()).toEqual(bits);
  });

  it('writes text beyond ASCII as UTF-8', () => {
    expect(hex(der.utf8String('ü'))).toBe('0c02c3bc');
  });

  it('writes and reads text as UTF-16', () => {
    expect(hex(der.bmpString('aü€'))).toBe('1e06006100fc20ac');
    expect(back(der.bmpString('aü€')).content().toString('hex')).toBe('006100fc20ac');
    expect(back(der.bmpString('aü€')).der.toString('hex')).toBe('1e06006100fc20ac');
  });

  it('writes an object identifier with long arcs', () => {
    expect(hex(der.oid('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302');
  });

  it('keeps the bytes of a bit string that look like a structure', () => {
    const bytes = der.toDer(der.bitString(der.toDer(der.integer(5))));
    expect(DerReader.of(bytes, 'test').der).toEqual(bytes);
    expect(DerReader.of(bytes, 'test').content().toString('hex')).toBe('00020105');
  });

  it.each(['', '30', '3003', '300300', '0101ff00', '3080'])('refuses the bytes %j', (bytes) => {
    expect(() => DerReader.of(Buffer.from(bytes, 'hex'), 'test')).toThrow(
      expect.objectContaining({ code: 'der', item: 'test' }),
    );
  });

  it('refuses a member of another type, or none, naming the item', () => {
    const reader = back(der.sequence(der.integer(1)));
    expect(() => reader.oid()).toThrow('test: OBJECT IDENTIFIER was expected.');
    const next = reader.fields();
    next();
    expect(next).toThrow('test: a member is missing.');
  });
});
