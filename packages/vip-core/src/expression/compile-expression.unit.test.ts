import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression } from './compile-expression.ts';

const matches = (expression: string, text: string): boolean => compileExpression(expression)(text);

/** Expressions of everything that is known, of few characters, so that texts often match. */
const expression = fc.letrec<{ any: string; atom: string; quantified: string; sequence: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    tie('sequence'),
    fc.tuple(tie('sequence'), tie('any')).map((two) => two.join('|')),
  ),
  sequence: fc.array(tie('quantified'), { maxLength: 4 }).map((parts) => parts.join('')),
  quantified: fc.oneof(
    { maxDepth: 4 },
    tie('atom'),
    fc
      .tuple(tie('atom'), fc.constantFrom('*', '+', '?', '*?', '+?', '{2}', '{1,2}', '{0,1}?', '{1,}'))
      .map(([atom, quantifier]) => (/^(?:\\[bB]|[\^$])$/.test(atom) ? atom : atom + quantifier)),
  ),
  atom: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', 'b', '-', '.', '\\.', '\\-', '\\d', '\\W', '\\s', '\\n', '\\x61', '\\u0062', 'é', '}', ']'),
    fc.constantFrom('[ab]', '[^a]', '[a-b1]', '[\\d.-]', '[^\\w]', '[a\\-b]', '[\\]]', '\\b', '\\B', '^', '$'),
    tie('any').map((inner) => `(${inner})`),
    tie('any').map((inner) => `(?:${inner})`),
  ),
})).any;

const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', '.', '\n', 'é', ' ', ']'), maxLength: 6 });

describe('a compiled expression', () => {
  it('matches what the language’s own does', () => {
    fc.assert(
      fc.property(expression, fc.array(text, { minLength: 1, maxLength: 8 }), (source, texts) => {
        const own = new RegExp(`^(?:${source})$`, 's');
        const compiled = compileExpression(source);
        for (const one of texts) expect([source, one, compiled(one)]).toEqual([source, one, own.test(one)]);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['(?P<net>10|192)\\.168.*', '192.168.0.1', true],
    ['\\A10\\..*\\Z', '10.0.0.1', true],
    ['a{,2}', 'aa', true],
    ['a{,2}', 'aaa', false],
    ['a{', 'a{', true],
    ['a{}', 'a{}', true],
    ['', '', true],
    ['', 'a', false],
  ])('%s matches %s as Python’s does: %s', (source, one, result) => {
    expect(matches(source, one)).toBe(result);
  });

  it.each(['(a+)+b', '(a|a)*b', '(.*)*b', '(a*)*(a*)*b', '.*.*.*.*.*.*b', '(a?){30}a{30}b', '((a{1,5}){1,5}){1,5}b'])(
    '%s takes no time that grows beyond the text',
    (source) => {
      const began = process.cpuUsage();
      expect(matches(source, 'a'.repeat(2000))).toBe(false);
      expect(process.cpuUsage(began).user / 1000).toBeLessThan(2000);
    },
  );

  it.each([
    ['192(', 'Unterminated group'],
    ['*', 'Nothing to repeat'],
    ['a)', 'Unmatched'],
    ['(a)\\1', '"\\1" is not known here'],
    ['(?=a)a', '"(?=" is not known here'],
    ['(?!a)b', '"(?!" is not known here'],
    ['(?<!a)b', '"(?<" is not known here'],
    ['\\p', '"\\p" is not known here'],
    ['[]a]', '"]" at the beginning of a class'],
    ['(a{1000}){1000}', 'more than 2000 steps'],
    ['a'.repeat(2049), '2048 characters at most'],
  ])('%s is refused with the reason', (source, why) => {
    expect(() => compileExpression(source)).toThrow(SyntaxError);
    expect(() => compileExpression(source)).toThrow(why);
  });
});

it.each(['(((){9999}){9999}){9999}', '(a{100}){100}', '((a?){99}){99}'])('refuses %s at once', (source) => {
  expect(() => compileExpression(source)).toThrow(/takes more than 2000 steps/);
});
