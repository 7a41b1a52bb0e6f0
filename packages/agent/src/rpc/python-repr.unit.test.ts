import { describe, expect, it } from 'vitest';
import { pythonRepr, pythonStr } from './python-repr.ts';

describe('pythonRepr', () => {
  it.each([
    ['plain', "'plain'"],
    [`it's`, `"it's"`],
    [`it's "so"`, `'it\\'s "so"'`],
    ['a\\b\n', "'a\\\\b\\n'"],
    [null, 'None'],
    [true, 'True'],
    [1.5, '1.5'],
    [{ a: null, b: ['x', false] }, "{'a': None, 'b': ['x', False]}"],
    [{}, '{}'],
  ])('writes %j as Python does', (value, text) => {
    expect(pythonRepr(value)).toBe(text);
  });
});

it('pythonStr leaves text as it is', () => {
  expect([pythonStr('a'), pythonStr(null), pythonStr(['a'])]).toEqual(['a', 'None', "['a']"]);
});
