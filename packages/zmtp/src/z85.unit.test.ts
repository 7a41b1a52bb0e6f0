import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Z85Error } from './errors.ts';
import { decodeZ85, encodeZ85 } from './z85.ts';

describe('Z85', () => {
  it('writes the example of RFC 32', () => {
    expect(encodeZ85(Buffer.from('864fd26fb559f75b', 'hex'))).toBe('HelloWorld');
    expect(decodeZ85('HelloWorld').toString('hex')).toBe('864fd26fb559f75b');
  });

  it('reads back what it wrote', () => {
    const words = fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.subarray(0, bytes.length & ~3));
    fc.assert(
      fc.property(words, (bytes) => {
        expect(new Uint8Array(decodeZ85(encodeZ85(bytes)))).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it.each(['abcd', 'abcd~', 'abc d', '#####', 'héllo'])('refuses %j and does not repeat it', (text) => {
    expect(() => decodeZ85(text)).toThrow(Z85Error);
    expect(() => decodeZ85(text)).not.toThrow(text);
  });

  it('refuses bytes that are not a multiple of 4', () => {
    expect(() => encodeZ85(Buffer.alloc(5))).toThrow(Z85Error);
  });
});
