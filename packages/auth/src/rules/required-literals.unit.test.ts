import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { requiredLiterals } from './required-literals.ts';

describe('the literals that an expression requires', () => {
  it.each([
    ['abc.*', ['abc']],
    ['.*xyz', ['xyz']],
    ['[A-Z]{3}middle[0-9]+', ['middle']],
    ['ab(cd|ef)gh', ['ab']],
    ['(abc|def)g', ['abc', 'def']],
    ['abc|defg', ['abc', 'defg']],
    ['192\\.168\\.1\\..*', ['192.168.1.']],
    ['(?P<head>abcd)x*yz', ['abcd']],
    ['ab+cde', ['cde']],
    ['(abc){2,}d', ['abc']],
    ['\\-\\_ab', ['-_ab']],
  ])('are found in %s', (expression, literals) => {
    expect(requiredLiterals(expression)).toEqual(literals);
  });

  it.each([
    ...['.*', 'a.*', 'abc|.*', '(abc)?', '(abc)*d', 'a{0}', '(?i:abc)', '(?=abc).*', '(?!abc)..', '\\x41bc'],
    ...['(a)\\1bcd', '[A-Z]+', '', '(abc', 'abc)', '[]abc]def', '\\u0041bc', '(?<=ab)cd', '\\p{L}bc', 'a?b?'],
  ])('are none that can be relied on in %s', (expression) => {
    expect(requiredLiterals(expression)).toBeUndefined();
  });

  it('are in every text that matches', () => {
    const atom = fc.constantFrom('a', 'bc', 'x', '.', '[ab]', '\\.', '(ab|cx)', '(?:a|bc)', '\\w', '(a(b|c))');
    const part = fc.tuple(atom, fc.constantFrom('', '', '*', '?', '+', '{2}', '{0,1}', '+?')).map(([a, q]) => a + q);
    const expression = fc.array(
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join('')),
      { maxLength: 3 },
    );
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'x', '.'), maxLength: 8 });
    fc.assert(
      fc.property(
        expression.map((all) => all.join('|')),
        text,
        (pattern, candidate) => {
          const literals = requiredLiterals(pattern);
          if (literals === undefined || !new RegExp(`^(?:${pattern})$`, 's').test(candidate)) return;
          expect(
            literals.some((literal) => candidate.includes(literal)),
            `${pattern} on ${candidate}`,
          ).toBe(true);
        },
      ),
      { numRuns: 20_000 },
    );
  });
});
