import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findJsonFault } from './json-fault.ts';

describe('findJsonFault', () => {
  it.each([
    ['', 1, 1, 'the text ends too early'],
    ['{"a": 1,\n "b": x}', 2, 7, '"x" instead of a value'],
    ['{"a": 1,\n}', 2, 1, '"}" instead of a name in double quotes'],
    ["{'a': 1}", 1, 2, '"\'" instead of a name in double quotes'],
    ['{"a" 1}', 1, 6, '"1" instead of ":"'],
    ['[1 2]', 1, 4, '"2" instead of "," or "]"'],
    ['[1,]', 1, 4, '"]" instead of a value'],
    ['[1', 1, 3, 'the text ends too early'],
    ['{} {}', 1, 4, '"{" instead of the end'],
    ['"a\nb"', 1, 3, '"\\n" instead of a closing quote'],
    ['"\\x"', 1, 2, '"\\\\" instead of a known escape'],
    ['01', 1, 2, '"1" instead of the end'],
    ['\ufeff{}', 1, 1, '"\ufeff" instead of a value'],
  ])('places the fault of %j', (text, line, column, problem) => {
    expect(findJsonFault(text)).toEqual({ line, column, problem });
  });

  it('survives brackets nested deeper than the call stack', () => {
    expect(findJsonFault('['.repeat(200_000))).toMatchObject({ column: 200_001 });
  });

  it('agrees with JSON.parse on what is JSON', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', ',', '}', '[', '\\', '0', '-', '.', 'e', '\n', 'n'))
      .map(([text, at, piece]) => {
        const offset = at % (text.length + 1);
        return text.slice(0, offset) + piece + text.slice(offset + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), (text) => {
        expect(findJsonFault(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 2000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
