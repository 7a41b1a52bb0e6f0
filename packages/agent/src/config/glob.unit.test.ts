import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globExpression } from './glob.ts';

const matches = (pattern: string, name: string): boolean => globExpression(pattern).test(name);

describe('globExpression', () => {
  it.each([
    ['*', 'anything/at all', true],
    ['config', 'CONFIG', true],
    ['devices/*', 'devices/a/b', true],
    ['devices/*', 'device', false],
    ['reg?.csv', 'reg1.csv', true],
    ['reg?.csv', 'reg12.csv', false],
    ['reg[0-3].csv', 'reg3.csv', true],
    ['reg[!0-3].csv', 'reg3.csv', false],
    ['reg[]x].csv', 'reg].csv', true],
    ['[z-a]', 'm', false],
    ['a[b', 'a[b', true],
    ['a.b', 'axb', false],
    [String.raw`a\*`, String.raw`a\b`, true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it('makes an expression of any text, and matches a name without specials by itself alone', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 30 }), (pattern, name) => {
        matches(pattern, name);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9./$^(){}|+\\]{0,20}$/), (name) => {
        expect(matches(name, name)).toBe(true);
        expect(matches(name, `${name}x`)).toBe(false);
      }),
    );
  });
});
