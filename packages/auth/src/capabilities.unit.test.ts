import { describe, expect, it } from 'vitest';

import { mergeCapabilities, readCapabilities } from './capabilities.ts';

describe('capabilities in the forms of the auth file', () => {
  it.each([
    [undefined, {}],
    [null, {}],
    ['a', { a: null }],
    [
      { a: { x: 'y' }, b: null },
      { a: { x: 'y' }, b: null },
    ],
    [['a', { b: { x: 1 } }], { a: null, b: { x: 1 } }],
    [[{ b: { x: 1 } }, 'b'], { b: null }],
    [['b', { b: { x: 1 } }], { b: { x: 1 } }],
    [7, undefined],
    [['a', 7], undefined],
    [{ a: 'b' }, undefined],
    [[['a']], undefined],
  ])('%j is %j', (value, read) => {
    expect(readCapabilities(value)).toEqual(read);
  });
});

it('the sum of grants has no limit where one of them has none', () => {
  expect(mergeCapabilities([{ a: { x: '1' } }, { a: null, b: { x: '1' } }, { b: { x: '2' } }])).toEqual({
    a: null,
    b: { x: '1' },
  });
});
