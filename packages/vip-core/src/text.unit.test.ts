import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concatBytes, decodeText, encodeText, equalsAscii } from './text.ts';

it('comes back from UTF-8, short and long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      expect(decodeText(encodeText(text))).toBe(text);
    }),
  );
  expect(decodeText(encodeText('\ufeffbom'))).toBe('\ufeffbom');
});

it('reads bytes that are no UTF-8 as Latin-1, as Python writes them', () => {
  expect(decodeText(Uint8Array.of(0x6b, 0xfc, 0x68, 0x6c))).toBe('kühl');
  expect(decodeText(new Uint8Array(30).fill(0xe9))).toBe('é'.repeat(30));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(typeof decodeText(bytes)).toBe('string');
    }),
  );
});

it('compares a frame with ASCII text', () => {
  expect(equalsAscii(encodeText('VIP1'), 'VIP1')).toBe(true);
  for (const other of ['VIP2', 'VIP', 'VIP11', '']) expect(equalsAscii(encodeText(other), 'VIP1')).toBe(false);
  expect(equalsAscii(undefined, '')).toBe(false);
});

it('joins byte arrays in order', () => {
  expect([...concatBytes([Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)])]).toEqual([1, 2, 3]);
});
