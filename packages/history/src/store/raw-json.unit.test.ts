import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { rawElements, rawMembers } from './raw-json.ts';

describe('raw JSON', () => {
  it('keeps numbers as they were written', () => {
    const text = '{ "a" : 1.0 , "b":NaN,"c":9007199254740993,"d":[1.50, {"x":"}"}],"e":-1E+2}';
    expect([...(rawMembers(text) ?? [])]).toEqual([
      ['a', '1.0'],
      ['b', 'NaN'],
      ['c', '9007199254740993'],
      ['d', '[1.50, {"x":"}"}]'],
      ['e', '-1E+2'],
    ]);
  });

  it('reads names with escapes and lets the last of equal ones win', () => {
    expect([...(rawMembers('{"a\\"\\u0062":"\\\\","x":1,"x":2}') ?? [])]).toEqual([
      ['a"b', '"\\\\"'],
      ['x', '2'],
    ]);
  });

  it('is undefined for another kind of value', () => {
    expect(rawMembers('[1]')).toBeUndefined();
    expect(rawMembers('')).toBeUndefined();
    expect(rawElements('{"a":1}')).toBeUndefined();
  });

  it('finds what JSON.parse finds, however it is spaced', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.nat(3),
        (array, object, space) => {
          const elements = rawElements(JSON.stringify(array, null, space))!;
          expect(elements.map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(array)));
          const members = rawMembers(JSON.stringify(object, null, space))!;
          const parsed = Object.fromEntries(Array.from(members, ([name, text]) => [name, JSON.parse(text) as unknown]));
          expect(parsed).toEqual(JSON.parse(JSON.stringify(object)));
        },
      ),
    );
  });
});
