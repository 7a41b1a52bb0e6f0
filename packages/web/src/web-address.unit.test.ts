import { describe, expect, it } from 'vitest';
import { WebAddressError } from './errors.ts';
import { formatWebAddress, parseWebAddress } from './web-address.ts';

describe('parseWebAddress', () => {
  it.each([
    ['https://central.example:8443', { host: 'central.example', port: 8443 }],
    ['HTTPS://Central:0', { host: 'central', port: 0 }],
    ['https://127.0.0.1:8443/', { host: '127.0.0.1', port: 8443 }],
    ['https://[::1]:8443', { host: '::1', port: 8443 }],
  ])('reads %s', (text, address) => {
    expect(parseWebAddress(text)).toEqual(address);
  });

  it.each([
    '',
    'central',
    'https://central',
    'https://central:x',
    'https://central:8443/path',
    'https://a b:1',
    'https://:1',
  ])('refuses "%s" and shows the form', (text) => {
    expect(() => parseWebAddress(text)).toThrow(WebAddressError);
    expect(() => parseWebAddress(text)).toThrow(`"${text}" is not of the form https://host:port`);
  });

  it('refuses http and names the two options that https needs', () => {
    const refused = expect(() => parseWebAddress('http://127.0.0.1:8080'));
    refused.toThrow(expect.objectContaining({ remedy: expect.stringContaining('web-ssl-cert') as string }));
  });

  it('refuses a port that is none, and another scheme', () => {
    expect(() => parseWebAddress('https://central:65536')).toThrow('has the port 65536');
    expect(() => parseWebAddress('tcp://central:22916')).toThrow('unknown scheme "tcp"');
  });

  it('is undone by formatWebAddress', () => {
    for (const text of ['https://central:8443', 'https://[::1]:8443']) {
      expect(formatWebAddress(parseWebAddress(text), 8443)).toBe(text);
    }
  });
});
