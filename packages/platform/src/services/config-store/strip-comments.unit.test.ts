import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripComments } from './strip-comments.ts';

describe('stripComments', () => {
  it.each([
    ['{"a": 1} # note', '{"a": 1} '],
    ['{"a": 1} // note\n', '{"a": 1} \n'],
    ['{/* one\n two */"a": 1}', '{"a": 1}'],
    ['{"a": "# // /* no */"}', '{"a": "# // /* no */"}'],
    ['{"a": "\\" # no"} # it\'s "yes"', '{"a": "\\" # no"} '],
    ['/* open', '/* open'],
    ['"open # text', '"open # text'],
  ])('makes of %j what Python makes of it', (text, kept) => {
    expect(stripComments(text)).toBe(kept);
  });

  it('leaves JSON as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(stripComments(text)).toBe(text);
      }),
    );
  });
});
