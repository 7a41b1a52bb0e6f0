import { describe, expect, it } from 'vitest';
import { prettyPrint, repr } from './python-text.ts';

describe('repr', () => {
  it.each([
    ['GOOD', "'GOOD'"],
    ["it's", `"it's"`],
    [`it's "it"`, `'it\\'s "it"'`],
    ['a\nb\\', "'a\\nb\\\\'"],
    [1.5, '1.5'],
    [null, 'None'],
    [true, 'True'],
    [[1, { a: false }], "[1, {'a': False}]"],
  ])('writes %j as Python does', (value, text) => {
    expect(repr(value)).toBe(text);
  });
});

describe('prettyPrint', () => {
  it('writes on one line what fits, with sorted keys', () => {
    expect(prettyPrint([{ b: 1, a: 2 }, {}])).toBe("[{'b': 1, 'a': 2}, {}]");
    expect(prettyPrint({ b: 1, a: 2 })).toBe("{'a': 2, 'b': 1}");
  });

  it('writes an item a line what does not', () => {
    const message = [{ temperature: 'x'.repeat(40), air: 'y'.repeat(40) }, { temperature: { units: 'F' } }];
    expect(prettyPrint(message)).toBe(
      [
        `[{'air': '${'y'.repeat(40)}',`,
        `  'temperature': '${'x'.repeat(40)}'},`,
        ` {'temperature': {'units': 'F'}}]`,
      ].join('\n'),
    );
  });
});
