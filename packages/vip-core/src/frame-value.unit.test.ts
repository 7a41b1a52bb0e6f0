import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeCount, encodeValue } from './frame-value.ts';
import { decodeText, encodeText } from './text.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

it('writes numbers and booleans as ASCII JSON', () => {
  expect([600, 0, true, false].map((value) => decodeText(encodeValue(value)))).toEqual(['600', '0', 'true', 'false']);
});

it.each([
  ['ASCII zero', encodeText('0'), 0],
  ['an ASCII count', encodeText('600'), 600],
  ['an ASCII count of four digits', encodeText('1234'), 1234],
  ['ASCII true', encodeText('true'), 1],
  ['ASCII false', encodeText('false'), 0],
  ['Python’s native true', bytes(1), 1],
  ['Python’s native false', bytes(0), 0],
  ['Python’s native count', bytes(1, 0, 0, 0), 1],
  ['Python’s native 600', bytes(0x58, 2, 0, 0), 600],
  ['Python’s native 200, which Python cannot read', bytes(200, 0, 0, 0), 200],
  ['the largest native count', bytes(255, 255, 255, 255), 4_294_967_295],
])('reads %s', (_what, frame, value) => {
  expect(decodeCount(frame)).toBe(value);
});

it.each([
  ['no frame', undefined],
  ['an empty frame', bytes()],
  ['a byte beyond 1', bytes(2)],
  ['text', encodeText('three')],
  ['a negative number', encodeText('-1')],
  ['eight bytes', bytes(1, 0, 0, 0, 0, 0, 0, 0)],
])('answers undefined for %s', (_what, frame) => {
  expect(decodeCount(frame)).toBeUndefined();
});

it('reads a native count from the middle of a buffer', () => {
  expect(decodeCount(bytes(9, 9, 0x58, 2, 0, 0, 9).subarray(2, 6))).toBe(600);
});

it('reads back every count it writes', () => {
  fc.assert(
    fc.property(fc.nat(), (count) => {
      expect(decodeCount(encodeValue(count))).toBe(count);
    }),
  );
});
