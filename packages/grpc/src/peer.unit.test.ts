import { expect, it } from 'vitest';
import { addressOf } from './peer.ts';

it('reads the address of a caller in every form that gRPC has', () => {
  for (const [text, address] of [
    ['1.2.3.4:5', '1.2.3.4'],
    ['ipv4:1.2.3.4:5', '1.2.3.4'],
    ['[::1]:5', '::1'],
    ['ipv6:[2001:db8::1]:65535', '2001:db8::1'],
    ['[::ffff:10.0.0.1]:5', '10.0.0.1'],
    ['::1:5', '::1'],
  ] as const) {
    expect(addressOf(text)).toBe(address);
  }
});
