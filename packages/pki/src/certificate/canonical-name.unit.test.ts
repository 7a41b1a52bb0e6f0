import { expect, it } from 'vitest';

import * as der from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { nameText } from './canonical-name.ts';

const name = (...values: der.DerNode[]): DerReader => {
  const relatives = values.map((value) => der.set(der.sequence(der.oid(oids.commonName), value)));
  return DerReader.of(der.toDer(der.sequence(...relatives)), 'name');
};

/** A text that is a structure, which BER allows and DER does not. */
const constructed = der.fromDer(Buffer.from('2c030c0161', 'hex'));

it.each<[boolean, der.DerNode[], der.DerNode[]]>([
  [true, [der.utf8String('Haus ü')], [der.bmpString('Haus ü')]],
  [true, [der.printableString('Big  House ')], [der.ia5String(' big house')]],
  [false, [der.utf8String('a')], [der.utf8String('b')]],
  [false, [der.utf8String('a'), der.utf8String('b')], [der.utf8String('b'), der.utf8String('a')]],
  [false, [der.utf8String('a,b')], [der.utf8String('a'), der.utf8String('b')]],
  [true, [constructed], [constructed]],
  [false, [constructed], [der.utf8String('a')]],
  [true, [der.integer(1)], [der.integer(1)]],
  [false, [der.integer(1)], [der.integer(2)]],
])('names are the same whatever their string type, case and blanks: %s (%#)', (expected, left, right) => {
  expect(nameText(name(...left)) === nameText(name(...right))).toBe(expected);
});
