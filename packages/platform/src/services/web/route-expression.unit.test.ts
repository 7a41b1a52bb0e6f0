import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RouteExpressionError } from '../../errors.ts';
import { RouteExpression } from './route-expression.ts';

const matches = (source: string, path: string): boolean => new RouteExpression(source).matches(path);

describe('an expression for paths', () => {
  it.each([
    ['^/vc/.*', '/vc/jsonrpc', true],
    ['/vc', '/vc/anything', true],
    ['/vc', '/other/vc', false],
    ['^/vc/$', '/vc/x', false],
    ['^/(?P<site>[^/]+)/(?P<unit>\\w+)/?$', '/campus/ahu_1/', true],
    ['^/(?:a|b|)c{2,3}$', '/bccc', true],
    ['^/(?:a|b|)c{2,3}$', '/c', false],
    ['/x{2}\\.json\\Z', '/xx.json', true],
    ['/[]-]+$', '/]-', true],
    ['/a{b', '/a{b', true],
    ['/.*é中$', '/x/é中', true],
    ['/x*?y', '/xxxy', true],
  ])('%s, %s: %s, as Python’s re.match', (source, path, expected) => {
    expect(matches(source, path)).toBe(expected);
  });

  it('knows the text that all its paths begin with', () => {
    const prefixes = ['^/admin/.*', '/a\\.b[c]', '^/(x)', '/a|/b', '/ab*'].map(
      (one) => new RouteExpression(one).prefix,
    );
    expect(prefixes).toEqual(['/admin/', '/a.b', '/', '', '/a']);
  });

  it.each(['(a)\\1', '(?=x)', '(?<!x)y', '(?i)x', 'a**', '(', 'a)', '[a', '*a', 'a\\', '\\b', '[z-a]', 'a{3,2}', '^*'])(
    '%s is refused, with the reason',
    (source) => {
      expect(() => new RouteExpression(source)).toThrow(RouteExpressionError);
    },
  );

  it.each(['x'.repeat(257), '(a{100}){100}', '(((){9999}){9999}){9999}', '(?:(?:a?){99}){99}'])(
    'what would take long is refused at once: %.20s',
    (source) => {
      const before = performance.now();
      expect(() => new RouteExpression(source)).toThrow(/longer than|more than/);
      expect(performance.now() - before).toBeLessThan(500);
    },
  );

  it('what would back-track for ever elsewhere is matched in a bounded time', () => {
    const path = `/${'a'.repeat(1000)}!`;
    for (const source of ['/(a+)+$', '/(a|a)*$', '/(a|aa)+$', '/.*.*.*.*.*x', '/(.*)*x']) {
      const before = performance.now();
      expect(matches(source, path)).toBe(false);
      expect(performance.now() - before).toBeLessThan(500);
    }
    expect(matches('/.*', `/${'a'.repeat(2000)}`)).toBe(false);
  });

  it('says of any text what a back-tracking engine says', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '/', 'c');
    const { expression } = fc.letrec<{ expression: string; item: string }>((tie) => ({
      item: fc.oneof(
        { depthSize: 'small' },
        atom,
        fc
          .tuple(tie('expression'), fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?'))
          .map(([inner, count]) => `(${inner})${count}`),
        fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `(?:${one}|${other})`),
      ),
      expression: fc.array(tie('item'), { minLength: 1, maxLength: 4 }).map((items) => items.join('')),
    }));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', 'é'), maxLength: 12 });
    fc.assert(
      fc.property(expression, fc.boolean(), text, (source, whole, path) => {
        fc.pre(source.length < 100);
        const full = whole ? `${source}$` : source;
        expect(matches(full, path)).toBe(new RegExp(`^(?:${full})`).test(path));
      }),
      { numRuns: 1000 },
    );
  });
});
