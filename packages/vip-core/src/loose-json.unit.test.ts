import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from './errors.ts';
import { parseLooseJson } from './loose-json.ts';

describe('loose JSON', () => {
  it('reads the bare numbers that Python writes', () => {
    expect(parseLooseJson('{"a": NaN, "b": [Infinity, -Infinity], "c": 1.0}')).toEqual({
      a: NaN,
      b: [Infinity, -Infinity],
      c: 1,
    });
    expect(parseLooseJson('NaN')).toBeNaN();
    expect(parseLooseJson(' -Infinity\n')).toBe(-Infinity);
  });

  it('leaves the same words inside strings and names as they are', () => {
    const text = '{"NaN": "NaN, Infinity", "q": "\\"NaN\\\\", "-Infinity" : [NaN]}';
    expect(parseLooseJson(text)).toEqual({ NaN: 'NaN, Infinity', q: '"NaN\\', '-Infinity': [NaN] });
  });

  it('keeps numbers apart that only look like its own mark', () => {
    expect(parseLooseJson('[1e1000, 1e10000, 1e999, NaN]')).toEqual([Infinity, Infinity, Infinity, NaN]);
  });

  it.each([
    '',
    'nan',
    '-NaN',
    '+Infinity',
    'NaNs',
    '1NaN',
    '1.NaN',
    '1.Infinity',
    '--Infinity',
    'Infinity5',
    '{NaN: 1}',
    '{Infinity : 1}',
    '[NaN',
    '"NaN',
    "['NaN']",
  ])('refuses %s', (text) => {
    expect(() => parseLooseJson(text)).toThrow(ProtocolError);
  });

  it('shows only the start of a long text in its error', () => {
    try {
      parseLooseJson('x'.repeat(1000));
      expect.unreachable();
    } catch (error) {
      expect((error as ProtocolError).value).toHaveLength(80);
    }
  });

  it.each([
    ['an unended string of a million escapes', `["${'\\"'.repeat(1_000_000)} NaN`],
    ['a million open brackets', `${'['.repeat(1_000_000)}NaN`],
    ['brackets deeper than the stack', `${'['.repeat(200_000)}NaN${']'.repeat(200_000)}`],
  ])('refuses %s', (_what, text) => {
    expect(() => parseLooseJson(text)).toThrow(ProtocolError);
  });

  it('agrees with JSON.parse on all JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseLooseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('finds every bare number in any value, whatever its strings say', () => {
    const word = fc.constantFrom('NaN', '"', '\\', 'Infinity', '-Infinity', '1e1000', ':', ' ', '\u0000', 'é');
    const text = fc.array(word).map((words) => words.join(''));
    const leaf = fc.oneof(text, fc.constantFrom(NaN, Infinity, -Infinity, 0, 1.5, null, true));
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value')), fc.dictionary(text, tie('value'))),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(parseLooseJson(pythonJson(given))).toEqual(given);
      }),
    );
  });

  it('answers a value or a ProtocolError for any text', () => {
    const piece = fc.constantFrom('NaN', 'Infinity', '"', '\\', '{', '}', '[', ']', ':', ',', '-', '1', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          parseLooseJson(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** As Python's json.dumps: bare names for the numbers that JSON lacks. */
function pythonJson(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : String(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, held]) => `${JSON.stringify(name)}: ${pythonJson(held)}`);
  return `{${members.join(', ')}}`;
}

it('refuses nesting that would overflow whoever walks the value, and not brackets in strings', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  expect(parseLooseJson(nested(500))).toBeInstanceOf(Array);
  expect(() => parseLooseJson(nested(501))).toThrow(ProtocolError);
  expect(() => parseLooseJson('[{"a":'.repeat(50_000))).toThrow(ProtocolError);
  expect(parseLooseJson(JSON.stringify('['.repeat(1000)))).toBe('['.repeat(1000));
});
