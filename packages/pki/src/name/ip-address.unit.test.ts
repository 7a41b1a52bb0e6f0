import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatIpAddress, parseIpAddress } from './ip-address.ts';

describe('IP addresses', () => {
  it.each([
    ['127.0.0.1', '7f000001'],
    ['::', '00'.repeat(16)],
    ['::1', `${'00'.repeat(15)}01`],
    ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
  ])('reads %s', (text, bytes) => {
    expect(Buffer.from(parseIpAddress(text) ?? []).toString('hex')).toBe(bytes);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });

  it.each(['1:2:3:4:5:6:7:8::', '12345::', 'fe80::1%eth0', '[::1]', '1.2.3.4::', '::1.2.3.4:5', 'example.com', '1:'])(
    'refuses %j, too',
    (text) => {
      expect(parseIpAddress(text)).toBeUndefined();
    },
  );

  it('writes what the URL standard writes, and reads it back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0, 0, 1, 0xab, 0x1234, 0xffff), { minLength: 8, maxLength: 8 }),
        (groups) => {
          const full = groups.map((group) => group.toString(16)).join(':');
          const bytes = parseIpAddress(full)!;
          const short = formatIpAddress(bytes)!;
          expect(`[${short}]`).toBe(new URL(`http://[${full}]`).hostname);
          expect(parseIpAddress(short)).toEqual(bytes);
        },
      ),
    );
  });

  it('has no text for another number of bytes', () => {
    expect(formatIpAddress(new Uint8Array(5))).toBeUndefined();
  });
});
