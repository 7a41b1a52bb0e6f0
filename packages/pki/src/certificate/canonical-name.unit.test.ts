import { expect, it } from 'vitest';

import * as der from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { isSameName } from './canonical-name.ts';

const name = (...values: der.DerNode[]): DerReader => {
  const relatives = values.map((value) => der.set(der.sequence(der.oid(oids.commonName), value)));
  return DerReader.of(der.toDer(der.sequence(...relatives)), 'name');
};

it.each<[boolean, der.DerNode[], der.DerNode[]]>([
  [true, [der.utf8String('Haus ü')], [der.bmpString('Haus ü')]],
  [true, [der.printableString('Big  House ')], [der.ia5String(' big house')]],
  [false, [der.utf8String('a')], [der.utf8String('b')]],
  [false, [der.utf8String('a'), der.utf8String('b')], [der.utf8String('b'), der.utf8String('a')]],
  [false, [der.utf8String('a,b')], [der.utf8String('a'), der.utf8String('b')]],
  [true, [der.integer(1)], [der.integer(1)]],
  [false, [der.integer(1)], [der.integer(2)]],
])('names are the same whatever their string type, case and blanks: %s (%#)', (expected, left, right) => {
  expect(isSameName(name(...left), name(...right))).toBe(expected);
});
